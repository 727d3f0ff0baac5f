/*
 * codecs.h - codecs that wait for their next use: making one takes twenty times
 * as long as compressing a small body with it.
 *
 * Thread: any.
 */
#ifndef GN_STORE_CODECS_H
#define GN_STORE_CODECS_H

#include <pthread.h>
#include <stddef.h>

#include "garner/codec.h"

enum { GN_CODECS_KEPT = 8 }; /* at most, when nobody uses one */

struct gn_codecs {
    pthread_mutex_t lock;

    /* guarded by lock */
    size_t count;
    struct garner_codec *idle[GN_CODECS_KEPT];
};

void gn_codecs_init(struct gn_codecs *c);
void gn_codecs_fini(struct gn_codecs *c);

/* Gives one in *codec, for one thread at a time; give it back. Errors: NOMEM
 * (*codec is NULL then). */
enum garner_code gn_codecs_take(struct gn_codecs *c,
                                struct garner_codec **codec,
                                struct garner_error *err);

/* NULL is fine. */
void gn_codecs_give_back(struct gn_codecs *c, struct garner_codec *codec);

#endif
