# hanse.des: its behaviour claim by claim.

$ hanse study tests/des/processes.lua
27 of 27 claims hold

$ hanse study scenarios/des/mm1.lua
time in system ... agrees
