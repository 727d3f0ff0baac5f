#include "extract/inflate.h"

#include <limits.h>
#include <string.h>

#include <zlib.h>

#include "base/error.h"
#include "base/mem.h"

enum { PIECE = 64 << 10, GZIP_ONLY = 16 + MAX_WBITS };

struct gn_inflater {
    z_stream z;
    size_t read;      /* bytes */
    bool ended;       /* a member has; another may follow */
    bool initialized; /* z */
};

static const char magic[] = {'\x1f', '\x8b', '\x08'};

bool gn_inflate_is_gzip(const char *data, size_t size)
{
    return size >= sizeof magic && memcmp(data, magic, sizeof magic) == 0;
}

/* --- bit by bit -----------------------------------------------------------*/

static enum garner_code no_memory(struct garner_error *err)
{
    return gn_fail(err, GARNER_NOMEM, "no memory to unpack gzip");
}

enum garner_code gn_inflater_new(struct gn_inflater **out,
                                 struct garner_error *err)
{
    struct gn_inflater *x = gn_alloc(sizeof *x);

    *out = x;
    if (x != NULL)
        x->initialized = inflateInit2(&x->z, GZIP_ONLY) == Z_OK;
    if (x != NULL && x->initialized)
        return GARNER_OK;
    gn_inflater_free(x);
    *out = NULL;
    return no_memory(err);
}

void gn_inflater_free(struct gn_inflater *x)
{
    if (x != NULL && x->initialized)
        (void)inflateEnd(&x->z);
    gn_free(x);
}

static uInt at_most(size_t size)
{
    return size < UINT_MAX ? (uInt)size : UINT_MAX;
}

/* Whether what follows a member may be another. */
static bool begins_member(const struct gn_inflater_step *s)
{
    const size_t size = s->in_size < sizeof magic ? s->in_size : sizeof magic;

    return memcmp(s->in, magic, size) == 0;
}

static enum garner_code unpack(struct gn_inflater *x,
                               struct gn_inflater_step *s,
                               struct garner_error *err)
{
    z_stream *z = &x->z;
    const uInt given = at_most(s->in_size);
    const uInt room = at_most(s->out_size);
    int rc;

    z->next_in = (Bytef *)s->in;
    z->avail_in = given;
    z->next_out = (Bytef *)s->out;
    z->avail_out = room;
    rc = inflate(z, Z_NO_FLUSH);
    s->in += given - z->avail_in;
    s->in_size -= given - z->avail_in;
    s->out += room - z->avail_out;
    s->out_size -= room - z->avail_out;
    x->read += given - z->avail_in;
    x->ended = rc == Z_STREAM_END;
    if (rc == Z_MEM_ERROR)
        return no_memory(err);
    if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
        return gn_fail(err, GARNER_INVALID, "gzip is broken at byte %zu: %s",
                       x->read, z->msg != NULL ? z->msg : "bad data");
    return GARNER_OK;
}

enum garner_code gn_inflater_step(struct gn_inflater *x,
                                  struct gn_inflater_step *step,
                                  struct garner_error *err)
{
    if (x->ended && step->in_size == 0)
        return GARNER_OK;
    if (x->ended && !begins_member(step))
        return GARNER_DONE;
    if (x->ended && inflateReset(&x->z) != Z_OK)
        return no_memory(err);
    return unpack(x, step, err);
}

enum garner_code gn_inflater_end(const struct gn_inflater *x,
                                 struct garner_error *err)
{
    if (x->ended)
        return GARNER_OK;
    return gn_fail(err, GARNER_INVALID, "gzip ends after %zu bytes, too early",
                   x->read);
}

/* --- at once --------------------------------------------------------------*/

static size_t most_of(size_t size, const struct gn_inflate_bounds *b)
{
    const size_t ratio = b->ratio > 0 ? b->ratio : GN_INFLATE_RATIO;
    const size_t limit = b->most > 0 ? b->most : GN_INFLATE_MOST;
    const size_t most = size > limit / ratio ? limit : size * ratio;
    const size_t least = limit < GN_INFLATE_FREE ? limit : GN_INFLATE_FREE;

    return most > least ? most : least;
}

enum garner_code gn_inflate(const char *data, size_t size,
                            const struct gn_inflate_bounds *bounds,
                            struct gn_buf *out, struct garner_error *err)
{
    const struct gn_inflate_bounds plain = {0};
    const size_t most = most_of(size, bounds != NULL ? bounds : &plain);
    struct gn_inflater_step s = {.in = data, .in_size = size};
    struct gn_inflater *x;
    enum garner_code code = gn_inflater_new(&x, err);
    bool full = true; /* there may be more of what was read */

    while (code == GARNER_OK && (s.in_size > 0 || full)) {
        if (!gn_buf_reserve(out, PIECE)) {
            code = no_memory(err);
            break;
        }
        s.out = out->data + out->size;
        s.out_size = PIECE;
        code = gn_inflater_step(x, &s, err);
        full = s.out_size == 0;
        out->size += PIECE - s.out_size;
        out->data[out->size] = '\0';
        if (out->size > most && (code == GARNER_OK || code == GARNER_DONE))
            code = gn_fail(err, GARNER_INVALID,
                           "gzip of %zu bytes unpacks to more than %zu bytes, "
                           "the most that is accepted",
                           size, most);
    }
    if (code == GARNER_OK)
        code = gn_inflater_end(x, err);
    gn_inflater_free(x);
    return code == GARNER_DONE ? GARNER_OK : code;
}
