/*
 * backup.h - a copy of a database in a new file, made while others write.
 *
 * With a log, a connection of its own holds a snapshot and copies that: writers
 * are not held up, and nothing they do makes it begin anew. The log cannot
 * start anew meanwhile. Without one there is only the write connection: it
 * copies in pieces, with writers in between; what they commit may have the copy
 * begin anew, so the pieces grow until it ends.
 *
 * Thread: any.
 */
#ifndef GN_STORE_UPKEEP_BACKUP_H
#define GN_STORE_UPKEEP_BACKUP_H

#include "garner/maintain.h"
#include "store/shard.h"

/* As garner_backup. */
enum garner_code gn_backup(struct gn_shard *s, const char *path, bool replace,
                           garner_progress *progress, void *context,
                           struct garner_error *err);

#endif
