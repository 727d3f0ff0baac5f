/*
 * retry.h - what becomes of a source whose fetch failed: it is tried again
 * after a while, as its backoff says, or left alone for as long as the server
 * asks. That is stored with the run, and holds after a restart, too.
 *
 * Thread: the engine's.
 */
#ifndef GN_ENGINE_RETRY_H
#define GN_ENGINE_RETRY_H

#include "engine/job.h"

/* Numbers the attempt that job is, which begins. */
void gn_retry_begin(struct gn_job *job);

/* job was not fetched after all: whatever its source waited for is over. */
void gn_retry_end(struct gn_job *job);

/* Whether what job asks for is no other thing when it is sent twice. */
bool gn_retry_may_repeat(const struct gn_job *job);

/* Decides by its reply, before it is delivered, whether job's source is put
 * off. random: 0 to below 1. */
void gn_retry_decide(struct gn_job *job, const struct gn_response *response,
                     double random);

/* job, which has begun, is to begin again: that is no attempt. */
void gn_retry_undo(struct gn_job *job);

/* job was not fetched, for where it leads to is left alone until then, for
 * that: so is its source, and tried again as if nobody could be reached there.
 */
void gn_retry_put_off(struct gn_job *job, int64_t until_ns, enum gn_miss why);

/* Adds to job's batch until when its source is put off, if that is a change.
 * Errors: NOMEM. */
enum garner_code gn_retry_add(struct gn_job *job, struct garner_error *err);

/* Lets the source start again, or puts it off, and counts that its failure is
 * to be tried again. The flow's lock is held. */
void gn_retry_release(struct gn_job *job);

/* Puts off a source that was put off when garner ended, as the store remembers
 * it. Call once active is in s. */
void gn_retry_resume(struct gn_active *active, struct gn_schedule *s,
                     int64_t now_ns, int64_t wall_us);

/* The longest that b, or what a server asks for, can put a source off. */
int64_t gn_retry_most_ms(const struct gn_backoff *b);

#endif
