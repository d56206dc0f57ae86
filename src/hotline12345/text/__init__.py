"""Reading what citizens say (文本): learnt rules, places, the same matter again; pure Python by default."""
