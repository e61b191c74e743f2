#include "store/store_impl.hpp"

namespace puddle {

std::string describe(sqlite3* db, std::string_view sql) {
  return std::string(sqlite3_errmsg(db)) + " in: " + std::string(sql.substr(0, 300));
}

Rows::Rows(Rows&& other) noexcept
    : store_(other.store_), statement_(std::exchange(other.statement_, nullptr)) {}

Rows::~Rows() {
  if (!statement_) return;
  if (!statement_->cached) {
    sqlite3_finalize(statement_->handle);
    delete statement_;
    return;
  }
  sqlite3_reset(statement_->handle);
  sqlite3_clear_bindings(statement_->handle);
  statement_->busy = false;
}

bool Rows::next() {
  const int rc = sqlite3_step(statement_->handle);
  if (rc == SQLITE_ROW) return true;
  if (rc == SQLITE_DONE) return false;
  throw StoreError(describe(sqlite3_db_handle(statement_->handle), statement_->sql));
}

bool Rows::is_null(int column) const {
  return sqlite3_column_type(statement_->handle, column) == SQLITE_NULL;
}
std::int64_t Rows::integer(int column) const { return sqlite3_column_int64(statement_->handle, column); }
double Rows::real(int column) const { return sqlite3_column_double(statement_->handle, column); }
std::string Rows::text(int column) const { return std::string(view(column)); }
std::string_view Rows::view(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_->handle, column));
  const int size = sqlite3_column_bytes(statement_->handle, column);
  return data ? std::string_view(data, static_cast<std::size_t>(size)) : std::string_view{};
}

}  // namespace puddle
