/*
 * garner/farm.h - a farm: one store over several SQLite databases (shards),
 * each with a commit path of its own, so that several cores and disks write.
 *
 * garner_open("PATH?shards=N") opens it: PATH is a folder, made if missing,
 * with the files 000.db, 001.db ... in it. Later "?shards=N" may be left out.
 *
 * Rows are placed by a key of your choice. A key belongs to one of 4,096 slots,
 * and each slot to one shard; see garner_slot and garner_slot_shard. A write
 * goes to the handle that garner_shard gives for its key. On a plain store all
 * of this works too, and means that store: the same code runs on both.
 *
 * What is not atomic: a batch is one transaction on one shard. Nothing commits
 * on several shards together, and a query over all of them has a snapshot of
 * each, taken one after the other.
 *
 * Thread: as garner/store.h. Errors name the shard.
 */
#ifndef GARNER_FARM_H
#define GARNER_FARM_H

#include "garner/read.h"
#include "garner/store.h"
#include "garner/write.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    GARNER_SLOTS = 4096,
    GARNER_SHARDS_MOST = 256,
};

/* --- where a key is ------------------------------------------------------- */

/* The slot of a key, 0 to 4,095: the lowest 12 bits of the 64-bit FNV-1a hash
 * of its bytes. Pure; other programs may compute it likewise. In SQL, on every
 * connection of a store, garner_slot(x) is the slot of a value: of the bytes of
 * a text or blob, of a number's digits as text (17 is the key "17"); NULL has
 * none. */
GARNER_API unsigned garner_slot(const void *key, size_t size);

/* The shard, from 0, that has slot in a farm of that many (1 to 256) while none
 * is being moved: jump consistent hash (https://arxiv.org/abs/1406.2294) of
 * slot. From N to N+1 shards 1 slot in N+1 moves. Pure. */
GARNER_API unsigned garner_slot_shard(unsigned slot, unsigned shards);

/* The handle for a key, borrowed: it lives as long as the farm, is never
 * closed, and stays right when the key moves to another shard. What
 * garner_exec, garner_write, garner_submit and garner_query do on it happens in
 * the shard that has the key at that time. All that one batch or query touches
 * must have keys of the same slot. NULL if store is NULL. */
GARNER_API struct garner_store *garner_shard(struct garner_store *store,
                                             const void *key, size_t size);

/* The same for a number: its digits are the key. */
GARNER_API struct garner_store *garner_shard_integer(struct garner_store *store,
                                                     int64_t key);

/* How many shards the farm has open; 1 for a plain store. */
GARNER_API size_t garner_shard_count(const struct garner_store *store);

/* Shard number (from 0), whatever its keys, as a store of its own: for reading,
 * for tables that are not placed by a key, for transactions, and for looking
 * after it. Borrowed as garner_shard's; NULL if there is none. While slots of
 * the shard are being moved, writes on it wait; while a transaction is open in
 * it, none of them is moved. */
GARNER_API struct garner_store *garner_shard_at(struct garner_store *store,
                                                size_t number);

/* --- all shards ----------------------------------------------------------- */

/*
 * Runs a statement on every shard in turn: for schema changes, and what else is
 * to be the same in all. *result (may be NULL) is the sum. When one fails,
 * those before it have run it, those behind it have not: word it so that it can
 * be run again (CREATE TABLE IF NOT EXISTS). Errors: as garner_exec; the
 * message names the shard.
 */
GARNER_CHECKED GARNER_API enum garner_code
garner_exec_all(struct garner_store *store, const char *sql,
                const struct garner_value *args, size_t count,
                struct garner_result *result, struct garner_error *err);

/* What rows are sorted by. */
struct garner_sort {
    size_t column; /* of the SELECT, from 0 */
    bool descending;
    const struct garner_sort *then; /* rows that are equal in it; may be NULL */
};

/*
 * As garner_query on a farm, which gives the rows of one shard after the other;
 * but sorted as sort says (borrowed for the call; NULL: not). sql must have the
 * ORDER BY that says the same, by SQLite's BINARY order: NULLs, numbers, texts
 * and blobs by their bytes. In memory is one row a shard. An aggregate gives a
 * row for each shard, as with garner_query.
 * Errors: as garner_query; MISUSE (a column that is not there).
 */
GARNER_CHECKED GARNER_API enum garner_code
garner_query_merged(struct garner_store *store, const char *sql,
                    const struct garner_value *args, size_t count,
                    const struct garner_sort *sort, struct garner_rows **rows,
                    struct garner_error *err);

/* --- another number of shards --------------------------------------------- */

/* Notes that column is the key of table (both borrowed), for
 * garner_farm_resize. A table without a key stays where its rows are. NULL
 * takes it back. Errors: NOTFOUND (no such table or column in shard 0), MISUSE
 * (not a farm; a table whose name begins with garner_ or sqlite_), those of
 * writing. */
GARNER_CHECKED GARNER_API enum garner_code
garner_farm_key(struct garner_store *store, const char *table,
                const char *column, struct garner_error *err);

/*
 * Moves keys until the farm has that many shards (1 to 256), while all threads
 * and processes go on; returns when it is done. A write whose key is just being
 * moved waits, for as long as a group of some thousand rows takes; it is not
 * lost, nor is it done twice. Reads go on. May be killed at any instant: what
 * waits is let go on by whoever waits, and calling it again does the rest.
 * Files that are empty then are removed when the farm is next opened by one
 * process alone.
 *
 * The rows of a table keep all their columns, but not a rowid that is none of
 * them. Triggers fire as for a delete and an insert; foreign keys are not
 * enforced on what is moved. Until it is done only garner can write to tables
 * that have a key, since their index needs garner_slot; connections of other
 * programs that met it ("unknown function") are best opened anew then.
 *
 * Errors: BUSY (another process moves or harvests it), CONSTRAINT (a row is in
 * the way of one that comes: a UNIQUE column without the key in it; nothing of
 * that group is moved), SQL (a table differs between shards), MISUSE, those of
 * writing.
 */
GARNER_CHECKED GARNER_API enum garner_code
garner_farm_resize(struct garner_store *store, unsigned shards,
                   struct garner_error *err);

/* --- bringing the rows home ----------------------------------------------- */

/* Set all to 0 first. */
struct garner_harvest_options {
    const char *const *tables; /* which, in this order; none of garner's own */
    size_t table_count;        /* 0: all of the others */
    bool keep;                 /* copy: the rows stay in the shards */
    bool new_ids;      /* an INTEGER PRIMARY KEY that is not the key is new */
    size_t batch_rows; /* most at a time; 0: 1,000 */
};

struct garner_harvested {
    uint64_t rows;    /* that came into the store by this call */
    uint64_t batches; /* in which they came */
};

/*
 * Brings the rows of all shards into the plain store into, where tables that
 * are missing are made as they are in the shard, with their indexes.
 *
 * They are taken: a batch leaves its table in the shard, into an outbox there,
 * in one transaction; comes into the store in another, which notes that it
 * came; and leaves the outbox. So a row that is written meanwhile is taken, now
 * or by the next call, exactly once, and a call that was killed is finished by
 * the next one. Ends when a shard's table has less than a batch left.
 *
 * With keep they are copied: each table of each shard in one transaction, and
 * what an earlier copy of it brought is replaced by it. A table WITHOUT ROWID
 * can only be taken.
 *
 * Triggers fire, foreign keys are not enforced. *done (may be NULL) is filled
 * after an error too.
 * Errors: BUSY (another process harvests or moves it; or what was taken for
 * another store waits in the outbox), CONSTRAINT (a row is in the way of one
 * that comes; see new_ids), MISUSE, UNSUPPORTED, those of writing.
 */
GARNER_CHECKED GARNER_API enum garner_code
garner_harvest(struct garner_store *farm, struct garner_store *into,
               const struct garner_harvest_options *options,
               struct garner_harvested *done, struct garner_error *err);

#ifdef __cplusplus
}
#endif

#endif
