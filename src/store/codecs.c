#include "store/codecs.h"

#include "base/thread.h"

void gn_codecs_init(struct gn_codecs *c)
{
    *c = (struct gn_codecs){0};
    gn_mutex_init(&c->lock);
}

void gn_codecs_fini(struct gn_codecs *c)
{
    while (c->count > 0)
        garner_codec_free(c->idle[--c->count]);
    gn_mutex_fini(&c->lock);
}

enum garner_code gn_codecs_take(struct gn_codecs *c,
                                struct garner_codec **codec,
                                struct garner_error *err)
{
    *codec = NULL;
    gn_lock(&c->lock);
    if (c->count > 0)
        *codec = c->idle[--c->count];
    gn_unlock(&c->lock);
    return *codec != NULL ? GARNER_OK : garner_codec_new(codec, err);
}

void gn_codecs_give_back(struct gn_codecs *c, struct garner_codec *codec)
{
    if (codec == NULL)
        return;
    gn_lock(&c->lock);
    if (c->count < GN_CODECS_KEPT) {
        c->idle[c->count++] = codec;
        codec = NULL;
    }
    gn_unlock(&c->lock);
    garner_codec_free(codec);
}
