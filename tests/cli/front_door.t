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
$ hanse tutoral
hanse: no command 'tutoral', did you mean 'tutorial'?
Try 'hanse --help'.
[exit 2]

$ hanse tutorial --hepl
hanse tutorial: no option --hepl, did you mean '--help'?
Try 'hanse tutorial --help'.
[exit 2]

$ LC_ALL=de_DE.UTF-8 hanse tutorial --format 1,5
hanse tutorial: --format: must be text or json, got '1,5'
Try 'hanse tutorial --help'.
[exit 2]
