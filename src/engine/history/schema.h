/*
 * schema.h - garner's own tables: made where they are missing, brought up to
 * date where an older garner made them.
 *
 *   garner_meta    key, value: the version of these tables
 *   garner_source  a row a source: id, name, url, body (its last one), and the
 *                  version that its rows are of
 *   garner_run     a row a fetch, failed ones too; or a row for due times that
 *                  were missed (missed > 0), with the reason in error
 *   garner_body    a body, kept once while a source's stays the same; perhaps
 *                  as what differs from another, its base, which cannot be
 *                  deleted then
 *   garner_outbox  messages that are to go out: see outbox.h
 *   garner_quarantine  a body that was not as expected: see quarantine.h
 *   garner_log     a view of garner_run for people
 *   garner_frontier  the URLs of sources that have many: see frontier/page.h
 *   garner_host    see host_history.h
 *   garner_robots  see rules.h
 *
 * Names and meanings are documented in docs/tables.md; users query them.
 * Thread: any.
 */
#ifndef GN_ENGINE_HISTORY_SCHEMA_H
#define GN_ENGINE_HISTORY_SCHEMA_H

#include "garner/error.h"
#include "garner/store.h"

/* Makes the tables that are missing, and the columns. Errors: UNSUPPORTED (made
 * by a newer garner), those of the store. */
enum garner_code gn_schema_open(struct garner_store *store,
                                struct garner_error *err);

#endif
