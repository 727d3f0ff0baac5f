/*
 * cache.h - the prepared statements of one connection, found by their text,
 * the least recently used making room.
 *
 * Thread: the connection's.
 */
#ifndef GN_STORE_DRIVER_CACHE_H
#define GN_STORE_DRIVER_CACHE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "garner/error.h"

struct gn_cache;
struct gn_cached; /* one of its statements */

/* Gives a cache of at most room statements of db. *met_trigger (borrowed) is
 * set by db's authorizer when what is prepared has a trigger. Errors: NOMEM. */
enum garner_code gn_cache_new(sqlite3 *db, size_t room, bool *met_trigger,
                              struct gn_cache **out, struct garner_error *err);

/* Finalizes the statements and frees the cache. None may be held. NULL is fine.
 */
void gn_cache_free(struct gn_cache *c);

/* Hash of a statement's text, for gn_cache_get. Pure. */
uint32_t gn_cache_hash(const char *sql, size_t size);

/* Gives the statement of sql (size bytes and a NUL, hash of them), reset and
 * ready to bind, prepared if it is new (or the one there is held). The cache's;
 * valid until the next get.
 * Errors: SQL (message has the place), NOMEM, those of reading the schema. */
enum garner_code gn_cache_get(struct gn_cache *c, const char *sql, size_t size,
                              uint32_t hash, sqlite3_stmt **stmt,
                              struct garner_error *err);

/* Holds the statement got last: it stays, and nobody else gets it, until it is
 * released (reset, its bindings cleared). Those held are beyond the cache's
 * room. */
struct gn_cached *gn_cache_hold(struct gn_cache *c);
void gn_cache_release(struct gn_cache *c, struct gn_cached *held);

/* true: the statement got last (and not held) may fail halfway and leave what
 * it did until then, by OR FAIL or a trigger with RAISE(FAIL). A schema changed
 * since may make it so: marks it. */
bool gn_cache_may_fail_halfway(const struct gn_cache *c);
void gn_cache_mark(struct gn_cache *c);

#endif
