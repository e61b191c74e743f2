# puddle_module(NAME SOURCES a.cpp ... [OPERATIONS] [SMALL] [DEPS base ...] [LIBS SQLite::SQLite3 ...])
#   One static library puddle_NAME per module. Sources are listed; OPERATIONS adds operations/*.cpp by glob.
#   SMALL: release builds optimise it for size, because it is called rarely and an idle daemon's memory is its program.
#   DEPS are other modules; which ones are allowed is held by tests/build/layering.py.
function(puddle_module name)
  cmake_parse_arguments(M "OPERATIONS;SMALL" "" "SOURCES;DEPS;LIBS" ${ARGN})
  if(M_OPERATIONS)
    file(GLOB operations CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/operations/*.cpp)
    list(APPEND M_SOURCES ${operations})
  endif()
  if(NOT M_SOURCES)
    add_library(puddle_${name} INTERFACE)
    target_link_libraries(puddle_${name} INTERFACE puddle_options)
    foreach(dep ${M_DEPS})
      target_link_libraries(puddle_${name} INTERFACE puddle_${dep})
    endforeach()
    return()
  endif()
  add_library(puddle_${name} STATIC ${M_SOURCES})
  target_link_libraries(puddle_${name} PUBLIC puddle_options)
  if(M_SMALL AND CMAKE_BUILD_TYPE STREQUAL "Release")
    target_compile_options(puddle_${name} PRIVATE -Os)
  endif()
  foreach(dep ${M_DEPS})
    target_link_libraries(puddle_${name} PUBLIC puddle_${dep})
  endforeach()
  target_link_libraries(puddle_${name} PRIVATE ${M_LIBS})
endfunction()

# puddle_embed(NAME FILE SYMBOL): the file's text as `inline constexpr std::string_view SYMBOL` in
#   "embedded/NAME/FILE.hpp", namespace puddle::embedded. NAME is the module.
function(puddle_embed name file symbol)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${file})
  file(READ ${CMAKE_CURRENT_SOURCE_DIR}/${file} text)
  set(header ${CMAKE_BINARY_DIR}/generated/embedded/${name}/${file}.hpp)
  file(CONFIGURE OUTPUT ${header} @ONLY CONTENT
"// Generated from ${file}.
#pragma once
#include <string_view>
namespace puddle::embedded {
inline constexpr std::string_view ${symbol} = R\"embedded(@text@)embedded\";
}
")
endfunction()

# puddle_test(NAME SOURCES ... DEPS module ...): one Catch2 executable, registered with CTest.
function(puddle_test name)
  cmake_parse_arguments(T "" "" "SOURCES;DEPS;LIBS" ${ARGN})
  add_executable(${name} ${T_SOURCES})
  target_link_libraries(${name} PRIVATE puddle_options puddle_catch_main ${T_LIBS})
  foreach(dep ${T_DEPS})
    target_link_libraries(${name} PRIVATE puddle_${dep})
  endforeach()
  target_compile_options(${name} PRIVATE -Wno-null-dereference -Wno-missing-field-initializers)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  add_test(NAME ${name} COMMAND ${name})
endfunction()

# puddle_fuzzer(NAME SOURCES ... DEPS module ...): one libFuzzer binary in bin/, when PUDDLE_FUZZ is on (clang).
function(puddle_fuzzer name)
  cmake_parse_arguments(F "" "" "SOURCES;DEPS" ${ARGN})
  if(NOT PUDDLE_FUZZ)
    return()
  endif()
  if(NOT TARGET fuzzers)
    add_custom_target(fuzzers)
  endif()
  add_executable(${name} EXCLUDE_FROM_ALL ${F_SOURCES})
  target_link_libraries(${name} PRIVATE puddle_options)
  foreach(dep ${F_DEPS})
    target_link_libraries(${name} PRIVATE puddle_${dep})
  endforeach()
  target_compile_options(${name} PRIVATE -fsanitize=fuzzer)
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
  add_dependencies(fuzzers ${name})
endfunction()
