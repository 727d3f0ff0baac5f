/*
 * history.h - what fetches leave behind, in the tables of schema.h: the
 * statements that read and fill those of sources, runs and bodies.
 *
 * Thread: the engine's.
 */
#ifndef GN_ENGINE_HISTORY_HISTORY_H
#define GN_ENGINE_HISTORY_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fetch/validator.h"
#include "garner/codec.h"
#include "garner/store.h"
#include "garner/write.h"
#include "hook/alert.h"

/* What is remembered of a source from run to run. The texts are its own. */
struct gn_memory {
    int64_t id; /* in garner_source */
    bool has_body;
    unsigned char sha256[32]; /* of its last body, when it has one */
    char *etag;               /* of the answer that its rows are of; ... */
    char *modified;           /* ... NULL: none, or that body is not kept */
    char *answer_url;         /* where that came from, after redirects */
    char *answer_file;        /* where it was saved; NULL: nowhere */
    bool body_is_file;        /* its last body was saved, too */
    int64_t off_until_us;     /* it is put off until then; 0: it is not */
    int attempt; /* the last one, when it is to be tried again; 0: it is not */
    struct gn_alert alert; /* how its last runs went, and what was told */
    bool has_answer_hash;
    int64_t answer_hash; /* of its last good answer */
    int64_t next_due_us; /* 0: not known */
    int64_t interval_ms; /* that adapt has come to; 0: none yet */
    bool paused;         /* as it was at the start */
    bool goes_on;        /* a pass over its URLs was not over */
};

/* Frees the texts, and forgets the version they tell of. */
void gn_memory_forget(struct gn_memory *memory);

/* A fetch, as it becomes a row of garner_run. */
struct gn_run {
    int64_t source;     /* garner_source.id */
    int64_t page;       /* garner_frontier.id, whose last body it got; 0: the
                           source's */
    const char *url;    /* borrowed */
    int64_t started_us; /* wall clock */
    int64_t late_us;    /* start - due */
    int64_t duration_us;
    int attempt;         /* at its due time: 1, 2 ...; 0: by hand */
    int part;            /* which page at its due time: 1, 2 ... */
    int status;          /* HTTP; 0: none, a NULL */
    const char *failure; /* a stable word; NULL: none */
    const char *error;   /* for people; NULL: none */
    const char *file;    /* that its body was saved to; NULL: none */
    int64_t bytes;       /* of the body; below 0: no body, a NULL */
    int64_t rows;        /* below 0: no extraction, a NULL */
    int64_t duplicates;  /* rows that were left out: see distinct.h ... */
    int64_t bad_rows;    /* ... and sift.h */
    bool noindex;        /* a crawl's page that said so: it made no rows */
    bool left_alone;     /* what a crawl found is not for it, after all: failure
                            says why, and counts as none of the source's */
};

/* A body, as it becomes a row of garner_body. */
struct gn_body {
    const unsigned char *sha256; /* 32 bytes */
    const char *content_type;    /* NULL: none */
    const char *codec; /* "zstd" or "none"; "file": data is its path */
    const void *data;
    size_t data_size;
    size_t size;               /* before compression */
    const unsigned char *base; /* sha256 of what data was compressed against,
                                  the source's last one; NULL: nothing */
    bool is_known; /* perhaps: it may be the source's last one already */
};

/* Adds what brings garner_source up to date with a source of this name. If spec
 * (what is asked for, and made of it) is another than before, what the store
 * has is no answer to it: its version is forgotten. */
enum garner_code gn_history_add_source(struct garner_batch *batch,
                                       const char *name, const char *url,
                                       int64_t spec, struct garner_error *err);

/* Fills *memory (gn_memory_forget frees it) with what is kept of the source of
 * this name. Errors: NOTFOUND, those of the store, NOMEM. */
enum garner_code gn_history_recall(struct garner_store *store, const char *name,
                                   struct gn_memory *memory,
                                   struct garner_error *err);

/* Adds the statements that keep body as the source's last one; one that may be
 * known is kept only if it is not. One with a base (it may not be known) is
 * kept only if that is the source's last one; else the batch fails: CONSTRAINT.
 */
enum garner_code gn_history_add_body(struct garner_batch *batch, int64_t source,
                                     const struct gn_body *body,
                                     struct garner_error *err);

/* Adds the statement that keeps body, of a page behind the first (gn_run.part),
 * beside the source's last one. It is not known. */
enum garner_code gn_history_add_part(struct garner_batch *batch, int64_t source,
                                     const struct gn_body *body,
                                     struct garner_error *err);

/* Adds the row of a fetch; with_body: it got the source's last body, or its
 * page's, or, as a part behind the first, the one that the batch keeps. */
enum garner_code gn_history_add_run(struct garner_batch *batch,
                                    const struct gn_run *run, bool with_body,
                                    struct garner_error *err);

/* Adds the statement that makes validators, and url where they came from, the
 * source's: those of the answer whose body is its last one. */
enum garner_code gn_history_add_version(struct garner_batch *batch,
                                        int64_t source,
                                        const struct gn_validators *validators,
                                        const char *url,
                                        struct garner_error *err);

/* Adds the row of a fetch that got a 304: its body is that of the answer with
 * the validators asked. If the source, or the page, has another version now,
 * nothing is added; nor if the store has the source's body no more. (A page's
 * rows are still of a body that is deleted.) */
enum garner_code gn_history_add_unmodified(struct garner_batch *batch,
                                           const struct gn_run *run,
                                           const struct gn_validators *asked,
                                           struct garner_error *err);

/* Adds the statement that puts now in place of the validators asked, if the
 * source still has those. */
enum garner_code gn_history_add_renewal(struct garner_batch *batch,
                                        int64_t source,
                                        const struct gn_validators *asked,
                                        const struct gn_validators *now,
                                        struct garner_error *err);

/* Adds the statement that puts a source off until then (0: that ends it), to be
 * tried again when attempt is not 0. */
enum garner_code gn_history_add_delay(struct garner_batch *batch,
                                      int64_t source, int64_t until_us,
                                      int attempt, struct garner_error *err);

/* Adds a row that stands for count missed due times of a source. */
enum garner_code gn_history_add_missed(struct garner_batch *batch,
                                       int64_t source, const char *url,
                                       int64_t wall_us, uint64_t count,
                                       const char *reason,
                                       struct garner_error *err);

#endif
