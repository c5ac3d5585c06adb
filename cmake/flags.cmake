# Flags every target of ours shares, on one interface target.
# snprintf may cut a text short: that is what it is for. A field left out is zero, the default.
add_library(hanse_flags INTERFACE)
target_compile_options(hanse_flags INTERFACE
  -Wall -Wextra -Wshadow -Wpointer-arith -Wstrict-prototypes -Wmissing-prototypes -Wvla
  -Wno-unused-parameter -Wno-missing-field-initializers
  $<$<C_COMPILER_ID:GNU>:-Wno-format-truncation>
  -ffp-contract=off -fno-math-errno)
if(HANSE_WERROR)
  target_compile_options(hanse_flags INTERFACE -Werror)
endif()
if(HANSE_DEBUG_CHECKS)
  target_compile_definitions(hanse_flags INTERFACE HANSE_DEBUG_CHECKS=1)
endif()
# A comma list inside a generator expression is an error, so test with a plain if().
if(HANSE_SANITIZE)
  target_compile_options(hanse_flags INTERFACE
    -fsanitize=${HANSE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(hanse_flags INTERFACE -fsanitize=${HANSE_SANITIZE})
endif()
if(HANSE_COVERAGE)
  target_compile_options(hanse_flags INTERFACE --coverage)
  target_link_options(hanse_flags INTERFACE --coverage)
endif()
if(HANSE_REPRODUCIBLE)
  target_compile_options(hanse_flags INTERFACE
    -ffile-prefix-map=${PROJECT_SOURCE_DIR}=. -ffile-prefix-map=${PROJECT_BINARY_DIR}=build)
endif()
target_include_directories(hanse_flags INTERFACE ${PROJECT_SOURCE_DIR}
  ${PROJECT_BINARY_DIR}/generated)
