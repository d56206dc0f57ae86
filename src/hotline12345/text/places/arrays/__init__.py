"""Many texts at once (成批): their names are found and, where it is plain to see, weighed as arrays.

Each step is an array over names, over divisions that a name may mean (entries), or over pairs of them.  A text in
which it is not plain is left to be weighed by itself.
"""
