/*
 * thread.h - pthreads, checked: a call that cannot fail in a right program
 * stops a wrong one; conditions wait by the monotonic clock.
 */
#ifndef GN_BASE_THREAD_H
#define GN_BASE_THREAD_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "garner/error.h"

/* Starts a thread that receives no signals, so that they stay the program's.
 * Errors: NOMEM (the system lets us start no more). */
enum garner_code gn_thread_start(pthread_t *thread, void *(*run)(void *),
                                 void *argument, struct garner_error *err);
void gn_thread_join(pthread_t thread);

/* gettid(2) of the calling thread, which asks the kernel once: people find it
 * in ps and gdb. */
pid_t gn_thread_id(void);

void gn_mutex_init(pthread_mutex_t *m);
void gn_mutex_fini(pthread_mutex_t *m);
void gn_lock(pthread_mutex_t *m);
void gn_unlock(pthread_mutex_t *m);

void gn_cond_init(pthread_cond_t *c);
void gn_cond_fini(pthread_cond_t *c);
void gn_cond_wait(pthread_cond_t *c, pthread_mutex_t *m);
/* false: the deadline passed, of the monotonic clock; INT64_MAX: there is none.
 */
bool gn_cond_wait_until(pthread_cond_t *c, pthread_mutex_t *m,
                        int64_t deadline_ns);
void gn_cond_wake_one(pthread_cond_t *c);
void gn_cond_wake_all(pthread_cond_t *c);

/* timeout_ms >= 0 from now, for gn_cond_wait_until. */
int64_t gn_deadline(int timeout_ms);

#endif
