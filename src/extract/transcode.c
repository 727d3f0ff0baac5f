#include "extract/transcode.h"

#include <errno.h>
#include <iconv.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/mem.h"
#include "extract/decode.h"

struct gn_transcoder {
    const struct gn_charset *from;
    iconv_t iconv;
};

enum garner_code gn_transcoder_new(const struct gn_charset *from,
                                   struct gn_transcoder **out,
                                   struct garner_error *err)
{
    struct gn_transcoder *t = gn_alloc(sizeof *t);

    *out = NULL;
    if (t == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory for %s", from->name);
    t->from = from;
    t->iconv = iconv_open("UTF-8", from->iconv);
    if (t->iconv == (iconv_t)-1) {
        const bool full = errno == ENOMEM;

        gn_free(t);
        return full ? gn_fail(err, GARNER_NOMEM, "out of memory for %s",
                              from->name)
                    : gn_fail(err, GARNER_INVALID,
                              "the C library here has no %s; install its "
                              "encodings, or convert the file elsewhere",
                              from->name);
    }
    *out = t;
    return GARNER_OK;
}

void gn_transcoder_free(struct gn_transcoder *t)
{
    if (t == NULL)
        return;
    (void)iconv_close(t->iconv);
    gn_free(t);
}

/* Gives what the C library keeps of a character that might go on. */
static void flush(const struct gn_transcoder *t, struct gn_transcoder_step *s)
{
    (void)iconv(t->iconv, NULL, NULL, &s->out, &s->out_size);
}

static enum garner_code wrong(const struct gn_transcoder *t,
                              const struct gn_transcoder_step *s,
                              struct garner_error *err)
{
    return gn_fail(err, GARNER_INVALID, "byte 0x%02x is no %s here",
                   (unsigned)(unsigned char)*s->in, t->from->name);
}

enum garner_code gn_transcoder_step(struct gn_transcoder *t,
                                    struct gn_transcoder_step *step,
                                    struct garner_error *err)
{
    while (step->in_size > 0) {
        char *in = (char *)step->in; /* iconv does not write there */
        size_t result;

        errno = 0;
        result =
            iconv(t->iconv, &in, &step->in_size, &step->out, &step->out_size);
        step->in = in;
        if (result != (size_t)-1 || errno == E2BIG || errno == EINVAL)
            return GARNER_OK;
        if (!gn_decode_is_control(t->from, *step->in))
            return wrong(t, step, err);
        if (step->out_size < 2)
            return GARNER_OK;
        *step->out++ = '\xc2';
        *step->out++ = *step->in++;
        step->out_size -= 2;
        step->in_size--;
    }
    return GARNER_OK;
}

enum garner_code gn_transcoder_end(struct gn_transcoder *t,
                                   struct gn_transcoder_step *step,
                                   struct garner_error *err)
{
    flush(t, step);
    return step->in_size == 0
               ? GARNER_OK
               : gn_fail(err, GARNER_INVALID,
                         "it ends within a character of %s", t->from->name);
}
