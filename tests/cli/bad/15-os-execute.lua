-- expect: 15-os-execute.lua:4: os: not available, a scenario has no access to the machine or
--   its clock
hanse_schema = 1
os.execute("touch /tmp/was-here")
