/*
 * chain.h - answers that go on on further pages: at one due time a source is
 * fetched page by page, each with a run, and a transaction, of its own.
 *
 *   page 1 -> stored -> page 2 -> stored -> ... -> the last one
 *
 * The next page is asked for when the one before it is stored, and the source
 * is under way until the last one is. A page that fails is tried again by
 * itself; once that is over, and after a restart, the source begins with
 * page 1.
 *
 * Page 1 stands for the source where answers are compared: its body is the
 * source's last one, and its version is what is asked with. But a 304 for it
 * has to speak of all pages, so that its version is stored with the last one.
 * That all pages went well, or which one did not, is told once, of all
 * together.
 *
 * Thread: the engine's, unless said otherwise.
 */
#ifndef GN_ENGINE_CHAIN_H
#define GN_ENGINE_CHAIN_H

#include "engine/job.h"

/* Where a source has come to. All texts are its own. */
struct gn_chain {
    int page;                 /* that is next; 0: none is yet */
    struct gn_target *target; /* of that; NULL: it cannot be fetched, ... */
    char *why;                /* ... since ... */
    uint64_t by_hand;         /* as in a job */
    uint64_t *seen;           /* hashes of the URLs so far; seen_count */
    size_t seen_count;
    struct gn_validators version; /* of page 1, and ... */
    char *version_url;            /* ... where that came from */
    bool first_kept;              /* its body is stored */
    struct gn_buf rows;           /* of all pages so far, as JSON lines */
    int64_t hash;                 /* a sum of theirs */
    int64_t duration_us;          /* the same of these */
    int64_t row_count;
    int64_t bytes;
};

/* job begins: as the first page, or, if it goes on or its page is tried again,
 * as the one that is next. */
void gn_chain_enter(struct gn_job *job, bool goes_on);

/* Notes what a good reply says of the next page. */
void gn_chain_learn(struct gn_job *job, const struct gn_response *response);

/* The SQL has run. Takes what it says out of job's extraction, or fails that.
 * On a worker. */
void gn_chain_take(struct gn_job *job);

/* On job's way to the store: ends with it, if that is the most there may be,
 * and keeps page 1's version for the last one. */
void gn_chain_decide(struct gn_job *job);

/* job, which leads on, is stored: its next page is made ready. false: no
 * memory, and all ends with it. */
bool gn_chain_go_on(struct gn_job *job);

/* What came of job and the pages before it, all together. */
struct gn_run gn_chain_sum(const struct gn_job *job);

/* The source begins with page 1 again. */
void gn_chain_forget(struct gn_active *active);

#endif
