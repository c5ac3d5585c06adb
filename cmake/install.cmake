# What `cmake --install` puts where. Consumers find it through hanseConfig.cmake or hanse.pc.
include(CMakePackageConfigHelpers)

install(TARGETS hanse EXPORT hanse_targets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/hanse ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS hanse_program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})

# The public headers are those that sim/hanse.h names, and no others. They name each other from
# the project's folder ("sim/base/status.h"), so they go under one folder on the include path.
install(FILES sim/hanse.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/hanse)
file(STRINGS sim/hanse.h lines REGEX "^#include \"sim/")
foreach(line ${lines})
  string(REGEX REPLACE ".*\"(.*)\"" "\\1" header ${line})
  get_filename_component(folder ${header} DIRECTORY)
  if(NOT EXISTS ${PROJECT_SOURCE_DIR}/${header})
    set(header ${PROJECT_BINARY_DIR}/generated/${header})
  endif()
  install(FILES ${header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/hanse/${folder})
endforeach()

install(DIRECTORY scenarios/ DESTINATION ${CMAKE_INSTALL_DATADIR}/hanse/scenarios OPTIONAL)
install(FILES docs/hanse.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 OPTIONAL)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/hanse)
install(EXPORT hanse_targets NAMESPACE hanse:: DESTINATION ${package_dir}
  FILE hanseTargets.cmake)
configure_package_config_file(cmake/hanseConfig.cmake.in
  ${PROJECT_BINARY_DIR}/hanseConfig.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/hanseConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/hanseConfig.cmake
  ${PROJECT_BINARY_DIR}/hanseConfigVersion.cmake DESTINATION ${package_dir})

# From where hanse.pc lies up to the prefix, so that an install may be moved.
file(RELATIVE_PATH HANSE_PC_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(cmake/hanse.pc.in ${PROJECT_BINARY_DIR}/hanse.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/hanse.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
