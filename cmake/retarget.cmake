# cmake -DPTX=file -DNAME=name -P retarget.cmake: text with instructions that clang passes on
# without knowing them is given the version and target that have them.
if(NAME MATCHES "^hopper")
  file(READ ${PTX} text)
  string(REGEX REPLACE "\n\\.version [0-9.]+\n\\.target sm_[0-9]+\n"
    "\n.version 8.0\n.target sm_90a\n" text "${text}")
  file(WRITE ${PTX} "${text}")
endif()
