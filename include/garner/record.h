/*
 * garner/record.h - records: objects of any kind, kept compressed under a time
 * and notes in words, found again by them, or taken one by one as from a queue.
 *
 * A record lies in a collection, which is made when the first one is put there.
 * A collection is named by 1 to GARNER_COLLECTION_MAX bytes of UTF-8; NULL
 * stands for "default". Records are kept in tables that SQL can read, too
 * (docs/tables.md), made when they are first needed.
 *
 * Any thread and any process may call all of this at any time, on the same
 * collection too; each call that changes something is one transaction and joins
 * the group commit, unless it says that it works in steps. It waits for what
 * the store's acknowledgement level names, but at least until it is committed:
 * at GARNER_QUEUED an id could not be known.
 *
 * Errors: those of garner_exec and garner_query, and
 *   NOTFOUND   what is named is not there
 *   INVALID    a name, notes or a pattern that cannot be: the message says
 *              where
 *   MISUSE     a NULL argument, a number out of its range
 *   CORRUPT    the tables are of another shape, or a record cannot be read
 * A store opened for reading alone says UNSUPPORTED to all that writes; where
 * nothing was ever put, it finds nothing.
 */
#ifndef GARNER_RECORD_H
#define GARNER_RECORD_H

#include "garner/store.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    GARNER_COLLECTION_MAX = 255,     /* bytes of a collection's name */
    GARNER_NOTES_MAX = 1 << 20,      /* bytes of a record's notes */
    GARNER_RECORD_MAX = 256 << 20,   /* bytes of a record */
    GARNER_PATTERN_MAX = 50000,      /* bytes of words or a pattern */
    GARNER_LEASE_DEFAULT_MS = 30000, /* of garner_pop */
};

/* Longest lease and delay: ten years. */
#define GARNER_WAIT_MAX_MS INT64_C(315360000000)

/* What is to become a record. All zero, it is an empty one of now. */
struct garner_entry {
    const char *notes; /* UTF-8; NULL: none */
    const void *data;  /* any bytes; may be NULL when size is 0 */
    size_t size;
    int64_t time_us;  /* microseconds since 1970-01-01 UTC; 0: now */
    int64_t delay_ms; /* garner_pop gives it out no sooner than in so long */
};

/* Puts one record and sets *id (unless NULL), which ascends in a store and is
 * never used again. Borrows all. */
GARNER_CHECKED GARNER_API enum garner_code
garner_put(struct garner_store *store, const char *collection,
           const struct garner_entry *entry, int64_t *id,
           struct garner_error *err);

/* Puts count records, in this order, in one transaction: all or none. Sets
 * *first_id (unless NULL): the others follow it without a gap; 0 if count is 0.
 * Borrows all. */
GARNER_CHECKED GARNER_API enum garner_code
garner_put_many(struct garner_store *store, const char *collection,
                const struct garner_entry *entries, size_t count,
                int64_t *first_id, struct garner_error *err);

/* Puts what the file at path holds, read to its end, so that a pipe will do
 * ("/dev/stdin"). entry, whose data is NULL, gives the rest; NULL, or without
 * notes: the path is the notes. Errors: NOTFOUND, IO (it cannot be read),
 * INVALID (more than GARNER_RECORD_MAX, a folder, the database itself). */
GARNER_CHECKED GARNER_API enum garner_code
garner_put_file(struct garner_store *store, const char *collection,
                const char *path, const struct garner_entry *entry, int64_t *id,
                struct garner_error *err);

struct garner_record {
    int64_t id;
    int64_t time_us;
    const char *notes; /* "": none */
    const void *data;  /* a NUL stands behind it; NULL: not asked for */
    size_t size;
    int attempts;   /* times that garner_pop gave it out */
    bool set_aside; /* garner_pop gave it out often enough */
    int64_t due_us; /* garner_pop gives it out no sooner (the end of its lease,
                       or of its delay); 0 when it is set aside */
    int64_t lease;  /* what garner_ack asks for; 0: nobody took it */
};

/* Gives the record id of collection in *record (free it with
 * garner_record_free). Errors: NOTFOUND; *record is NULL then. */
GARNER_CHECKED GARNER_API enum garner_code
garner_get(struct garner_store *store, const char *collection, int64_t id,
           struct garner_record **record, struct garner_error *err);

/* Frees what garner_get or garner_pop gave. NULL is fine. */
GARNER_API void garner_record_free(struct garner_record *record);

enum garner_order {
    GARNER_OLDEST = 0, /* first by time, then by id */
    GARNER_NEWEST,     /* the other way round */
};

/* Which records of a collection; all conditions that are set must hold. All
 * zero, or NULL in its place: all records. */
struct garner_filter {
    /* Notes with these words, by an index: a query of SQLite's FTS5
     * (https://sqlite.org/fts5.html section 3), such as
     *   plan AND (paris OR lond*) NOT "operation goldfinger"
     * Upper and lower case, accents, and what is neither letter nor digit make
     * no difference. */
    const char *words;
    /* Notes that match as a whole, as SQLite's operators do
     * (https://sqlite.org/lang_expr.html section 5). GLOB has * ? [a-z], LIKE
     * has % and _ and takes a-z for A-Z. */
    const char *glob;
    const char *like;
    /* Notes in which this Perl-compatible expression (PCRE2, Unicode) matches
     * somewhere. One that takes too many steps is an error, never a hang. */
    const char *regexp;
    int64_t since_us;   /* of this time or later; 0: any */
    int64_t until_us;   /* of an earlier time; 0: any */
    const int64_t *ids; /* one of these; NULL: any */
    size_t id_count;
    bool set_aside;          /* only those that are set aside */
    enum garner_order order; /* in which they come */
    int64_t limit;           /* at most so many come; 0: all */
};

/* A cursor over records, as they were at one moment. One thread at a time. */
struct garner_records;

struct garner_find_options {
    bool without_data; /* leaves data NULL, and does not read it */
    int timeout_ms;    /* longest work of a call; 0: it may take its time */
};

/* Finds the records that filter names and gives a cursor in *records, before
 * the first. Borrows all; filter and options may be NULL. Holds one of the
 * store's read connections until it is closed. Errors: INVALID (words or a
 * pattern that cannot be run); *records is NULL then. */
GARNER_CHECKED GARNER_API enum garner_code
garner_find(struct garner_store *store, const char *collection,
            const struct garner_filter *filter,
            const struct garner_find_options *options,
            struct garner_records **records, struct garner_error *err);

/* Moves to the next record: ROW, and *record is borrowed until the next call;
 * DONE; or an error, after which the cursor can only be closed. */
GARNER_CHECKED GARNER_API enum garner_code
garner_records_next(struct garner_records *records,
                    const struct garner_record **record,
                    struct garner_error *err);

/* NULL is fine. */
GARNER_API void garner_records_close(struct garner_records *records);

/*
 * Taking, as from a queue: garner_pop gives a record to one taker for the time
 * of a lease. Within it the taker says garner_ack, and the record is gone;
 * else, if it gives it back or has died, it is given out again. So each record
 * is worked on at least once, and by one taker at a time as long as leases are
 * kept. The record's lease is a random number, new each time: once another has
 * the record, or it is gone, all that is said with the old number is NOTFOUND.
 *
 * Those given out first are those that could have been for the longest: since
 * they were put, their delay was over, their lease ended, or they were given
 * back. Leases and delays go by the machine's clock. When it is set forward,
 * they end sooner, and a record may have a second taker, whose garner_ack is
 * the one that counts. When it is set back, they end so much later;
 * garner_requeue makes an end of that.
 */

struct garner_pop_options {
    int64_t lease_ms; /* from the call on; 0: GARNER_LEASE_DEFAULT_MS */
    int max_attempts; /* a record that was given out so often is set aside in
                         place of being given out again; 0: never */
    /* Which may be given out, and (order) whether those that have waited
     * longest or shortest come first; limit is ignored. NULL: any. It is looked
     * for while no other can write: words are found by their index, all else by
     * reading the notes of those that wait. */
    const struct garner_filter *filter;
};

/* Takes a record and gives it in *record (free it with garner_record_free).
 * Borrows all; options may be NULL. Is acknowledged when it is committed,
 * whatever the store's level: a power failure takes back a lease, no record.
 * Errors: NOTFOUND (there is none to be given out now), TIMEOUT (none was had
 * in the store's timeout_ms, as when leases end before their record is read);
 * *record is NULL then. A record that cannot be read is set aside, and the
 * error is CORRUPT. */
GARNER_CHECKED GARNER_API enum garner_code
garner_pop(struct garner_store *store, const char *collection,
           const struct garner_pop_options *options,
           struct garner_record **record, struct garner_error *err);

/* Removes a record that was taken. Errors: NOTFOUND (the lease was lost). */
GARNER_CHECKED GARNER_API enum garner_code
garner_ack(struct garner_store *store, int64_t id, int64_t lease,
           struct garner_error *err);

/* Gives a record that was taken back, to be given out again no sooner than in
 * delay_ms. Errors: NOTFOUND (the lease was lost). */
GARNER_CHECKED GARNER_API enum garner_code
garner_give_back(struct garner_store *store, int64_t id, int64_t lease,
                 int64_t delay_ms, struct garner_error *err);

/* Has the lease end lease_ms from now. One that is over may still be extended,
 * or acknowledged, as long as nobody else took the record. Errors: NOTFOUND
 * (the lease was lost). */
GARNER_CHECKED GARNER_API enum garner_code
garner_extend(struct garner_store *store, int64_t id, int64_t lease,
              int64_t lease_ms, struct garner_error *err);

/* Has the records that filter names (NULL: all) be given out again from now on,
 * as if never before: those set aside, delayed, or taken; who took them loses
 * the lease. In steps; sets *count (unless NULL) to how many, also on an error.
 */
GARNER_CHECKED GARNER_API enum garner_code
garner_requeue(struct garner_store *store, const char *collection,
               const struct garner_filter *filter, int64_t *count,
               struct garner_error *err);

/* What says "in steps" works on some hundred records at a time, each time in a
 * transaction of its own, so that no other writer waits long. An error leaves
 * the steps before it done.
 */

/* Removes the record id. Errors: NOTFOUND. */
GARNER_CHECKED GARNER_API enum garner_code
garner_remove(struct garner_store *store, const char *collection, int64_t id,
              struct garner_error *err);

/* Removes the records that filter names (NULL: all), taken or not, in steps.
 * Sets *count (unless NULL) to how many, also on an error. */
GARNER_CHECKED GARNER_API enum garner_code
garner_remove_found(struct garner_store *store, const char *collection,
                    const struct garner_filter *filter, int64_t *count,
                    struct garner_error *err);

/* What may stay. */
struct garner_keep {
    int64_t age_ms; /* not older than this; 0: of any age */
    int64_t count;  /* the newest so many; 0: any number */
};

/* Removes, in steps, the records that may not stay, but none whose lease goes
 * on. Sets *count (unless NULL) to how many, also on an error. */
GARNER_CHECKED GARNER_API enum garner_code
garner_trim(struct garner_store *store, const char *collection,
            const struct garner_keep *keep, int64_t *count,
            struct garner_error *err);

/* Puts a copy of each record that filter names (NULL: all) into the collection
 * to_collection of to, which may be the same store: notes, data and time are
 * the same, the id is new, and nobody has taken it. In steps; sets *count
 * (unless NULL) to how many, also on an error. Errors: MISUSE (a collection
 * into itself). */
GARNER_CHECKED GARNER_API enum garner_code
garner_copy(struct garner_store *store, const char *collection,
            const struct garner_filter *filter, struct garner_store *to,
            const char *to_collection, int64_t *count,
            struct garner_error *err);

/* Gives a collection another name. Errors: NOTFOUND, CONSTRAINT (there is one
 * of that name). */
GARNER_CHECKED GARNER_API enum garner_code
garner_rename(struct garner_store *store, const char *collection,
              const char *name, struct garner_error *err);

/* Removes all records of a collection, in steps, and then itself. Errors:
 * NOTFOUND. */
GARNER_CHECKED GARNER_API enum garner_code
garner_drop(struct garner_store *store, const char *collection,
            struct garner_error *err);

#ifdef __cplusplus
}
#endif

#endif
