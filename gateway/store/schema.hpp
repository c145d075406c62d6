// The tables, and which version of them this program knows.
#pragma once

#include "config/result.hpp"
#include "gateway/store/database.hpp"

namespace sluis::gateway::store {

/// The version that this program reads and writes. It stands in the file's `user_version`.
inline constexpr std::int64_t schema_version = 3;
/// "Slui" in the file's `application_id`: another program's database is not ours to write in.
inline constexpr std::int64_t schema_application = 0x536c7569;

/// Makes the tables in an empty database; leaves a database of this version as it is. `invalid`
/// for another version and for a database of another program.
config::Result<void> prepare_schema(Database& database);

/// Copies the links into a new table and drops the old one, inside the caller's transaction. Every
/// page that ever held a link is freed by that, and so overwritten whole (secure_delete): a page
/// that stays in use keeps copies of rows that were moved out of it when pages split and merged.
/// Takes as long as writing all links, and memory for sorting their indexes.
void write_links_anew(Database& database);
/// The same for what lets a person be found in the audit log.
void write_subjects_anew(Database& database);

}  // namespace sluis::gateway::store
