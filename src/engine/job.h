/*
 * job.h - one fetch with all that follows, as a table of states; and the source
 * it belongs to, at work.
 *
 *   WAITING -> FETCHING -> EXTRACTING -> PREPARING -> STORING -> SETTLED
 *
 * States may be passed over: a host that has room, nothing to extract, nothing
 * that takes long to prepare. One that fetched a robots.txt waits again, and so
 * does one that was redirected, for the host that it was led to (lead.h). A job
 * whose transaction failed is stored again, from PREPARING or STORING on: with
 * its rows if they met a table that had changed, else without them, so that
 * even then the fetch leaves its row.
 *
 * Thread: the engine's, unless said otherwise.
 */
#ifndef GN_ENGINE_JOB_H
#define GN_ENGINE_JOB_H

#include <stdbool.h>
#include <sys/queue.h>
#include <uv.h>

#include "base/arena.h"
#include "config/config.h"
#include "engine/expect/expect.h"
#include "engine/history/history.h"
#include "engine/history/kept.h"
#include "engine/host/host_history.h"
#include "engine/status.h"
#include "engine/table/table.h"
#include "extract/extractor.h"
#include "fetch/backoff.h"
#include "fetch/fetcher.h"
#include "fetch/hop.h"
#include "garner/write.h"
#include "schedule/schedule.h"

/* Why a due time left no run: the schedule's reasons, and one more. */
enum { GN_NOT_STORED = GN_MISS_REASONS, GN_LOSS_REASONS };

struct gn_host;
struct gn_page;
struct gn_pass;
struct gn_chain;
struct gn_turnover;

/* What became of a job that something is expected of. */
struct gn_trial {
    struct gn_finding finding; /* the rule that it broke, if it did */
    struct gn_buf sample;  /* the rows that broke it, as JSON; empty: none */
    enum garner_code code; /* it could not be tried, and why */
    struct garner_error reason;
    size_t good_count;   /* 0: nobody asks */
    int64_t good_rows[]; /* as its source had them when it began */
};

/* What came of a body that is saved, until its source is tried again. */
struct gn_torso {
    struct gn_part *part;
    char *version; /* of it */
    char *file;    /* where it is to go */
};

/* Whether a URL may be fetched, by the robots.txt of its host. */
struct gn_permit {
    uint64_t rules_version; /* of the host's rules; by them: */
    bool forbidden;         /* it may not be fetched */
    int64_t delay_ms;       /* between fetches; 0: none */
};

/* A configured source, at work; or a hand of one with many URLs, which fetches
 * one of them after another (frontier/hand.h). */
struct gn_active {
    /* constant after the start; of a hand, until it gets another URL */
    const struct gn_source *source;
    struct gn_active *owner;     /* of a hand: its source; NULL: it is none */
    struct gn_target *target;    /* NULL: it has many URLs */
    struct gn_table **tables;    /* one for each of source->rows */
    bool wants_headers;          /* its SQL uses :headers */
    bool may_ask;                /* for another version alone: see version.h */
    struct gn_host *host;        /* it fetches from; NULL: not known */
    struct gn_patterns patterns; /* used by the one job that has begun */
    int64_t came_ns;             /* when it got its place in the schedule */

    /* the engine's thread only */
    struct gn_pass *pass; /* over its URLs, or that it is a hand of; NULL: it
                             has one URL */
    struct gn_page *page; /* what a hand fetches; NULL: it rests, or is none */
    struct gn_memory memory;  /* what the store has acknowledged */
    size_t bodies_out;        /* bodies handed to the store since */
    unsigned char newest[32]; /* sha256 of the latest of those */
    struct gn_base previous;  /* the last of memory, perhaps; see delta.h */
    int whole_left;           /* so many bodies are kept whole */
    char *swept;              /* the folder last saved to; NULL: none */
    struct gn_torso *torso;   /* a body that was cut; NULL: none */
    size_t versions_out;      /* jobs on their way that change its version */
    char *jar;                /* its cookies, see cookies.h; NULL: none yet */
    bool jar_unsure;          /* the store may have another */
    uint64_t not_stored;      /* runs that the store would not take */
    uint64_t losses_told[GN_LOSS_REASONS]; /* to the store so far */
    int64_t losses_told_ns;                /* when */
    const char *failure_logged;            /* its word; NULL: it went well */
    int64_t failure_logged_ns;             /* when */
    bool told_stale;                       /* that its last good run is old */
    uint64_t begun;                        /* jobs so far */
    uint64_t told_by; /* the number of the latest that gn_events_add told of */
    int attempt;      /* of its last due time: 1, 2 ...; 0: by hand */
    uint64_t settled; /* the number of the latest that is */
    int64_t *good_rows; /* of the last good run, for each of source->rows; -1:
                           not known; NULL: nobody asks */
    struct gn_permit permit;
    bool is_private; /* its own URL is at a private address, as far as is known:
                        then it may lead to others */
    size_t jobs;     /* not settled yet, or about to begin */
    struct gn_job *queued;  /* the one that waits for a host; NULL: none does */
    struct gn_chain *chain; /* its pages, see chain.h; NULL: it has one */
    TAILQ_ENTRY(gn_active) in_going; /* its next page waits for room */

    /* guarded by the flow's lock */
    struct gn_due due;
    bool leaving; /* it is not started any more: see turnover.h */
    struct gn_active *successor;        /* comes when it is gone; NULL: none */
    struct gn_turnover *successor_at;   /* where to */
    SLIST_ENTRY(gn_active) in_arrivals; /* of another loop */
    struct {
        int status;
        int64_t wall_us; /* 0: no run yet */
        int64_t duration_us;
        int64_t bytes;
        int64_t good_us;     /* end of the last good run; 0: none is known */
        int64_t fresh_ns;    /* its age counts from then (age.h), if it has a
                                max_age */
        const char *failure; /* its word, static; NULL: it went well */
        char *error;         /* NULL: it went well */
        uint64_t runs;
        uint64_t failures;
        uint64_t rows;
    } last;
    struct gn_pages pages; /* its URLs, in the pass that is under way */
    struct gn_asked asked; /* by hand: see asked.h */
    bool is_fresh;         /* its interval is longer, since its answer is */
    bool waits_for_host;   /* its job does, until about ... */
    int64_t host_ns;       /* ... then; INT64_MAX: a fetch has ended */
};

enum gn_job_state {
    GN_JOB_NEW,
    GN_JOB_WAITING, /* for its host: see hosts.h */
    GN_JOB_FETCHING,
    GN_JOB_EXTRACTING, /* a worker runs its SQL, or it waits for one */
    GN_JOB_PREPARING,  /* another thread compresses its body, looks at tables */
    GN_JOB_STORING,    /* the store has its batch, or has no room yet */
    GN_JOB_SETTLED,
};

enum { GN_JOB_MEMORY = 512 };

struct gn_flow;
struct gn_inbox;

struct gn_job {
    struct gn_active *active;
    struct gn_flow *flow;
    struct gn_inbox *inbox; /* where others post it; outlives the flow */
    uint64_t number;        /* of its source's jobs: 1, 2 ... */
    enum gn_job_state state;
    STAILQ_ENTRY(gn_job) next;    /* in the inbox, or waiting for room */
    TAILQ_ENTRY(gn_job) in_queue; /* of those that wait for its host */
    TAILQ_ENTRY(gn_job) in_all;   /* of those not settled */
    struct gn_transfer *transfer; /* while fetching */
    struct gn_target *target;     /* the source's, or its chain's; NULL: that
                                     has none */
    struct gn_hop hop;            /* where it was redirected to from there */
    int64_t hop_us;               /* how long that took */
    struct gn_host *host;         /* of its URL, or where it was led to; NULL:
                                     not known */
    bool is_guest;                /* it was led there */
    struct gn_permit *permit;     /* for that URL: its source's, or: */
    struct gn_permit hop_permit;
    bool is_private; /* what it began with is at a private address */

    struct gn_run run;
    struct gn_arena arena; /* the texts that run and body borrow */

    bool again;       /* not the first attempt at its due time */
    uint64_t by_hand; /* which of its source's asks it answers; 0: none */
    bool asks_whole;  /* it asks for the whole answer, whatever its version */
    int64_t waits_from_ns;
    int64_t turn_ns;      /* about when its host's turn comes; INT64_MAX: when a
                             fetch from it has ended */
    bool brought_rules;   /* it fetched its host's robots.txt */
    bool at_host;         /* its host is asked for it now */
    bool is_probe;        /* it finds out whether its host works again */
    bool tries_again;     /* its source does, when ... */
    bool is_put_off;      /* ... this ends: */
    int64_t off_until_ns; /* on the monotonic clock */
    int64_t off_until_us; /* on the wall's; 0: not put off */
    enum gn_miss off_for; /* that is what its due times are missed for */
    bool puts_off;        /* the store has to be told */

    size_t messages; /* in its batch: see events.h */
    bool has_before;
    struct gn_events_before { /* what they changed of the source's memory */
        struct gn_alert alert;
        bool has_answer_hash;
        int64_t answer_hash;
    } before;

    const char *body; /* the job's own copy, with a NUL behind it; NULL: none is
                         held */
    size_t body_size;
    struct gn_spool *spool; /* where that is; NULL: in memory */
    size_t held;            /* bytes that count against the budget of bodies */
    bool body_is_new; /* not the one that the source had last, as far as ... */
    bool body_is_expected; /* ... is known: it is on its way to the store */
    unsigned char sha256[32];
    const char *content_type;
    struct gn_trial *trial; /* NULL: nothing is expected of it */
    bool quarantined;       /* it is not what was expected */

    struct gn_buf bad_rows; /* that were left out, and are kept apart, each with
                               a comma before it: see sift.h */
    bool sifts;             /* its rows are to be tried one by one, ... */
    bool was_sifted;        /* ... and some were left out */
    int times_sifted;
    const char *refusal; /* what the store said of its rows */

    const char *file;     /* where its body is to be saved; NULL: nowhere */
    struct gn_part *part; /* what is to be put there; see save.h */
    bool sweeps;          /* what others left there is removed, too */
    bool is_saved;        /* it is there */

    bool wants_base; /* its body is to be compressed against ... */
    struct gn_base base;
    bool is_delta; /* ... and it is, in the batch ... */
    bool differs;  /* ... or it has changed too much for that */
    int depth;     /* of its body's chain, as in gn_base ... */
    size_t whole;  /* ... and the bytes that its first takes */

    struct gn_validators asked;      /* it asks for another version than this */
    struct gn_validators validators; /* of the answer ... */
    const char *answer_url; /* ... and where it came from, or is to come from */
    bool unmodified;        /* a 304, of the version asked with */
    bool version_is_new;    /* once stored, the source has another version */
    bool changes_jar;       /* its source's, which is to be stored */

    const char *base_url; /* of the answer, with its secrets, and ... */
    const char *next_url; /* ... as it says, of the next page; NULL: none */

    bool leads_on; /* it is asked where it leads to (frontier/links.h), and: */
    bool noindex;  /* it is not to be kept, as its headers say ... */
    bool nofollow; /* ... nor where it leads to to be followed */
    struct gn_onward onward;

    struct gn_extraction extraction;
    struct gn_look *looks;   /* one for each query */
    struct gn_added *added;  /* the same; NULL: its batch has no rows */
    bool looking;            /* they are begun */
    bool was_prepared;       /* ... and its body was compressed, if it could */
    enum garner_code looked; /* what became of the looks, and why */
    struct garner_error reason;
    uv_work_t work; /* while preparing */

    struct garner_batch *batch; /* until the store takes it */
    bool batch_has_body;        /* its first statements keep the body */
    size_t statements;          /* in it */
    bool changes_table;         /* one of added says so */
    bool in_store;              /* the store has the batch */
    bool released;              /* its source may start again */
    bool on_trust; /* its rows count on a change that is on its way */
    int stale;     /* times that its rows met a table that had changed */
    bool alone;    /* stored without rows, for those were refused */
    bool counted;  /* its failure is in one of the totals */
    uint64_t losses[GN_LOSS_REASONS]; /* told with it */
    struct gn_cost told;              /* of its host, with its batch */
    bool told_host;
    bool told_rules;

    /* the store's thread's, until it is posted back */
    enum garner_code store_code;
    int64_t store_changes; /* rows of its last batch */
    char *store_error;     /* NULL: it went well, or no memory */

    _Alignas(16) char memory[GN_JOB_MEMORY];
};

STAILQ_HEAD(gn_jobs, gn_job);
TAILQ_HEAD(gn_waiting, gn_job);

/* The source that active's runs count for: itself, unless it is a hand. */
struct gn_active *gn_active_owner(struct gn_active *active);

/* What stands for active's URL where it is told. */
const char *gn_active_url(const struct gn_active *active);

/* The request of active's source, as it is asked here: redirects are looked at
 * before they are followed, and what documents lead to (found) is no private
 * address, unless that is allowed. Borrows from the source. */
struct gn_request gn_active_request(const struct gn_active *active, bool found);

/* Whether job is a page that a crawl found: nobody asked for that very one. */
bool gn_job_was_found(const struct gn_job *job);

/* What it is fetching: its target, or what that led to. */
struct gn_target *gn_job_target(const struct gn_job *job);

/* Makes *job, memory of any content, a job of active, which others post to
 * inbox. */
void gn_job_init(struct gn_job *job, struct gn_active *active,
                 struct gn_flow *flow, struct gn_inbox *inbox);

/* Frees what the job holds. */
void gn_job_fini(struct gn_job *job);

/* The same, and the job itself. Any thread. NULL is fine. */
void gn_job_free(struct gn_job *job);

/* Lets go of its body; there need be none. */
void gn_job_drop_body(struct gn_job *job);

/* Moves to state, which must be allowed after the one it is in. */
void gn_job_move(struct gn_job *job, enum gn_job_state state);

/* A copy of text in the job's memory, with a ? for each byte that is no UTF-8:
 * others read it in the database. NULL for NULL, and when memory is out. */
const char *gn_job_text(struct gn_job *job, const char *text);

/* The run failed: word is static, text is copied, without the secrets of its
 * source: what it quotes of an answer may repeat them. */
void gn_job_fail(struct gn_job *job, const char *word, const char *text);

/* Whether its body is to be put into the store, there or in quarantine. */
bool gn_job_stores_body(const struct gn_job *job);

/* Whether it has rows to be written. */
bool gn_job_has_rows(const struct gn_job *job);

/* Whether another page is to follow it, when it is stored. */
bool gn_job_leads_on(const struct gn_job *job);

/* Makes extraction ready to be submitted: the parameters and SQL of its source.
 * headers are lines "name: value\n". Errors: NOMEM. */
enum garner_code gn_job_prepare_extraction(struct gn_job *job,
                                           const char *final_url,
                                           const struct gn_buf *headers,
                                           struct garner_error *err);

#endif
