/*
 * delta.h - a body kept as what differs from its source's last one: of a page
 * that changes little, hardly anything.
 *
 * Each body so kept needs the one before it to be read, and that one another,
 * until one that is whole. So that reading stays cheap, one in GN_DELTA_LONGEST
 * is kept whole, as is each of which more than a third would remain. The one
 * before must be the last one that the store has, and the store sees to that
 * (gn_history_add_body): while bodies of a source are on their way to it, the
 * next ones are kept whole, and one whose base has gone is tried again, whole.
 *
 * A source's last body stays in memory if it is small, and as long as all of
 * those are within an eighth of the memory for bodies; else it is read back, on
 * another thread.
 *
 * Thread: the engine's, unless said otherwise.
 */
#ifndef GN_ENGINE_HISTORY_DELTA_H
#define GN_ENGINE_HISTORY_DELTA_H

#include "engine/state.h"

enum {
    GN_DELTA_LEAST = 1024,      /* bytes; of smaller ones too little is saved */
    GN_DELTA_MOST = 8 << 20,    /* larger ones would need too much memory */
    GN_DELTA_LONGEST = 16,      /* bodies that are read for one, at most */
    GN_DELTA_LARGE = 64 * 1024, /* from here on the last one is read back */
    GN_DELTA_WHOLE = 16 /* bodies kept whole, after one that had changed much */
};

/* Decides whether job's body is to be compressed against the last one, before
 * it counts among those on their way; takes that from memory, if it is there.
 */
void gn_delta_decide(struct gn_job *job);

/* Whether another thread is to call gn_delta_read. */
bool gn_delta_must_read(const struct gn_job *job);

/* Reads the last body back. If that fails, the body will be kept whole. Any
 * thread, while the job is its. */
void gn_delta_read(struct gn_job *job, struct garner_store *store);

/* Has codec compress job's body against the last one, next. false: it is to be
 * kept whole. Any thread, while the job is its. */
bool gn_delta_begin(struct gn_job *job, struct garner_codec *codec);

/* Whether written bytes for size of a body, so compressed, are few enough. */
bool gn_delta_is_worth(const struct gn_job *job, size_t written, size_t size);

/* Notes that job's body was compressed to written bytes, against the last one
 * or not; what it holds of that is freed. Any thread, while the job is its. */
void gn_delta_note(struct gn_job *job, bool against, size_t written);

/* Whether job's body is needed after it was compressed: to be kept whole after
 * all, or as the next one's base. */
bool gn_delta_keeps_body(const struct gn_job *job);

/* The store has not taken job. true: it had a body compressed against another,
 * and is to be tried again with the whole one. */
bool gn_delta_give_up(struct gn_job *job);

/* Call when job is settled: its body becomes the source's last one, in memory
 * if there is room. */
void gn_delta_settled(struct gn_job *job, bool stored);

#endif
