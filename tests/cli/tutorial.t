# A folder of the user's: nothing in it is ever replaced.

$ hanse tutorial there | head -n 1
Wrote there/first.lua.

$ hanse tutorial there
there/first.lua: is there already and is not replaced; name another folder
[exit 2]

$ hanse tutorial /proc/nowhere/there
/proc/nowhere/there: No such file or directory
[exit 3]

$ hanse tutorial one two
hanse tutorial: one argument too many: 'two'
Try 'hanse tutorial --help'.
[exit 2]

$ hanse tutorial json --format json | tail -n 1
}
