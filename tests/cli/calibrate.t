# Calibration: what is asked wrongly, and one launch on its own.

$ hanse calibrate --device cup
no backend 'cup'; there are cpu, blas, opencl and cuda: did you mean 'cpu'?
[exit 2]

$ hanse calibrate --show
hanse calibrate: --show or --roofline takes 1 operand, got 0
...
[exit 2]

$ hanse calibrate --show nowhere.h5
nowhere.h5: cannot be read: No such file or directory
[exit 2]

$ hanse calibrate --compare one.h5
hanse calibrate: --compare takes 2 operands, got 1
...
[exit 2]

$ hanse calibrate --show --compare a.h5 b.h5
hanse calibrate: --show, --compare and --launch exclude each other
...
[exit 2]

$ hanse calibrate --published 'H100 SXM5 80GB' -o "$PWD/h100.h5" >/dev/null && hanse calibrate --show h100.h5 | grep -c 'published: https'
16

$ hanse calibrate --published 'H100 SXM5 80Gb'
no profile or device 'H100 SXM5 80Gb', did you mean 'H100 SXM5 80GB'?; 'hanse catalog accelerators' lists devices, and a profile's file ends in .h5
[exit 2]

$ hanse calibrate --launch one 2
--launch: needs a number and seconds, got 'one' and '2'
[exit 2]

$ hanse calibrate --launch --quick 0 0.2 | tail -n 1
end
