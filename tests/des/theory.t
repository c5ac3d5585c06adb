# Queues with exact answers through hanse.des: a hundred seeds each.

$ hanse study tests/des/theory.lua
6 of 6 claims hold
