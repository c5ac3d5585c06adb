# The program's table of subcommands: a row for each whose file is there.
set(rows "")
foreach(command
    "run|simulates every case of a scenario"
    "check|validates a scenario and prints every resolved value and its origin"
    "compare|differences between result files, ranked by size relative to noise"
    "report|one self-contained page from a result file"
    "plot|a chart from a result file, as SVG or PNG"
    "catalog|the sourced tables: accelerators, regions, exports …"
    "queue|closed forms: Erlang B and C, Pollaczek–Khinchine, Palm …"
    "bench|the engine's own speed"
    "reference|every key a scenario may say, as a page"
    "tutorial|writes a first scenario and walks through it")
  string(REGEX MATCH "^([a-z]+)\\|(.*)$" matched "${command}")
  if(EXISTS ${PROJECT_SOURCE_DIR}/cli/${CMAKE_MATCH_1}.c)
    string(APPEND rows "{\"${CMAKE_MATCH_1}\", hanse_cli_${CMAKE_MATCH_1}, \"${CMAKE_MATCH_2}\"},\n")
  endif()
endforeach()
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/generated/cli/command_rows.h CONTENT "${rows}" @ONLY)
