"""What a hotline's own office keeps (热线工作机构台账): calls, lines, test calls, answering days, monthly topics.

Each is a register: a table that a city keeps anyway, read with every fault at once, and a report of it.
"""
