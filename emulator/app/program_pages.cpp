#include "app/program_pages.hpp"

#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <string_view>

namespace puddle {
namespace {

int drop_pages_of(dl_phdr_info* object, std::size_t, void*) {
  const std::string_view name = object->dlpi_name;
  if (!name.empty() && name.find('/') == std::string_view::npos)
    return 0;  // the kernel's own, which has no file
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const auto& segment = object->dlpi_phdr[i];
    // Pages that can be written, or were while the program was relocated, cannot be read again from the file.
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
    const std::uintptr_t from = (object->dlpi_addr + segment.p_vaddr) / page * page;
    const std::uintptr_t to = object->dlpi_addr + segment.p_vaddr + segment.p_filesz;
    ::madvise(reinterpret_cast<void*>(from), to - from, MADV_DONTNEED);
  }
  return 0;
}

}  // namespace

void drop_program_pages() { ::dl_iterate_phdr(drop_pages_of, nullptr); }

}  // namespace puddle
