# Queues with exact answers through hanse.des: a hundred seeds each.

$ hanse study tests/des/theory.lua
8 of 8 claims hold
