# Compiler flags, and ccache and mold where they are installed.
find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD AND NOT CMAKE_INTERPROCEDURAL_OPTIMIZATION)
  add_link_options(-fuse-ld=mold)
endif()

add_library(puddle_options INTERFACE)
target_compile_options(puddle_options INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual
  -Wnull-dereference $<$<BOOL:${PUDDLE_WERROR}>:-Werror>
  $<$<CXX_COMPILER_ID:GNU>:-fcoroutines>)
target_include_directories(puddle_options INTERFACE
  ${CMAKE_SOURCE_DIR}/emulator ${CMAKE_SOURCE_DIR}/include ${CMAKE_BINARY_DIR}/generated)
# g++ 12 sees null pointers and overlapping copies inside its own optimised strings, streams and coroutine frames
# (GCC bugs 105329, 105651 and kin). Unoptimised builds and clang keep watch.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
  target_compile_options(puddle_options INTERFACE -Wno-null-dereference -Wno-restrict)
endif()
# What nothing calls, and what is there twice, is left out.
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_options(puddle_options INTERFACE -ffunction-sections -fdata-sections)
  target_link_options(puddle_options INTERFACE -Wl,--gc-sections $<$<BOOL:${MOLD}>:-Wl,--icf=safe>)
endif()
# Libraries are linked into the release where the system has them as archives: finding and relocating them took
# longer than everything else that the program does before it is ready.
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  list(PREPEND CMAKE_FIND_LIBRARY_SUFFIXES .a)
  set(OPENSSL_USE_STATIC_LIBS TRUE)
  set(ZLIB_USE_STATIC_LIBS TRUE)
  target_link_options(puddle_options INTERFACE -static-libstdc++ -static-libgcc)
endif()
# Programs of the release allocate with jemalloc where it is installed: a batch of requests takes and frees many blocks of
# one size at a time, which the C library's allocator does slowly (docs/decisions/0034).
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  find_library(PUDDLE_JEMALLOC libjemalloc_pic.a)
  if(PUDDLE_JEMALLOC)
    add_library(puddle_allocator INTERFACE)
    target_link_libraries(puddle_allocator INTERFACE -Wl,--whole-archive ${PUDDLE_JEMALLOC} -Wl,--no-whole-archive)
  endif()
endif()
if(PUDDLE_SANITIZE)
  target_compile_options(puddle_options INTERFACE -fsanitize=${PUDDLE_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  target_link_options(puddle_options INTERFACE -fsanitize=${PUDDLE_SANITIZE})
endif()
