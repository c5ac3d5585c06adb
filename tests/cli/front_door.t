# The program without a subcommand, and slips in naming one.

$ hanse --version
hanse 0.1.0

$ hanse --help
Usage: hanse COMMAND [OPTION…] [FILE…]
...
Commands:
...
$ hanse
Usage: hanse COMMAND [OPTION…] [FILE…]
...
[exit 2]

$ hanse xyzzyxyzzy
hanse: no command 'xyzzyxyzzy'
Try 'hanse --help'.
[exit 2]

$ hanse --help >/dev/full
hanse: standard output: No space left on device
[exit 3]
