// The `puddle` binary: everything is in the library.
#include "puddle/emulator.hpp"

int main(int argc, char** argv) { return puddle::command_line(argc, argv); }
