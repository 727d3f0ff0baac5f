#include "cli/chunks.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

enum {
    CHUNK = 256 * 1024,
    BEGINNING = 4,
    SPARE = 2 * GN_TRANSCODE_ROOM, /* kept free for the end of a text */
    ASKED_MS = 100
};

const char *gn_chunks_at(const struct gn_chunks *c)
{
    return gn_buf_cstr(&c->held) + c->done;
}

const char *gn_chunks_end(const struct gn_chunks *c)
{
    return gn_buf_cstr(&c->held) + c->held.size;
}

/* Waits until there is something to read. */
static enum garner_code await(const struct gn_chunks *c,
                              struct garner_error *err)
{
    struct pollfd ready = {.fd = c->fd, .events = POLLIN};

    do
        if (c->stop != NULL && c->stop(c->context))
            return gn_fail(err, GARNER_CANCELED, "interrupted");
    while (poll(&ready, 1, ASKED_MS) <= 0);
    return GARNER_OK;
}

/* Drops the first bytes of a buffer, which are done with. */
static void drop(struct gn_buf *from, size_t *done)
{
    if (*done == 0)
        return;
    from->size -= *done;
    memmove(from->data, from->data + *done, from->size);
    *done = 0;
}

/* Makes room for up to *size bytes. */
static enum garner_code make_room(struct gn_chunks *c, size_t *size,
                                  struct garner_error *err)
{
    drop(&c->held, &c->done);
    if (c->held.size >= c->most)
        return gn_fail(err, GARNER_INVALID,
                       "a row of it takes more than %zu "
                       "MiB",
                       c->most >> 20);
    if (*size > c->most - c->held.size)
        *size = c->most - c->held.size;
    if (!gn_buf_reserve(&c->held, *size + (size_t)2 * SPARE))
        return gn_fail(err, GARNER_NOMEM, "out of memory for %.100s", c->name);
    return GARNER_OK;
}

/* Appends what is there, up to size bytes, for which there is room. *ended:
 * there is nothing any more. */
static enum garner_code read_some(struct gn_chunks *c, struct gn_buf *to,
                                  size_t size, bool *ended,
                                  struct garner_error *err)
{
    enum garner_code code = GARNER_OK;
    ssize_t n = -1;

    while (n < 0) {
        code = await(c, err);
        if (code != GARNER_OK)
            return code;
        n = read(c->fd, to->data + to->size, size);
        if (n < 0 && errno != EINTR && errno != EAGAIN)
            return gn_fail(err, GARNER_IO, "cannot read %.100s: %s", c->name,
                           strerrordesc_np(errno));
    }
    to->size += (size_t)n;
    to->data[to->size] = '\0';
    *ended = n == 0;
    return GARNER_OK;
}

/* Unpacks what was read of gzip, up to size bytes. */
static enum garner_code unpack_some(struct gn_chunks *c, struct gn_buf *to,
                                    size_t size, bool *ended,
                                    struct garner_error *err)
{
    struct gn_inflater_step s = {.in = c->packed.data + c->packed_done,
                                 .in_size = c->packed.size - c->packed_done,
                                 .out = to->data + to->size,
                                 .out_size = size};
    enum garner_code code = gn_inflater_step(c->gzip, &s, err);
    const bool full = s.out_size == 0;

    to->size += size - s.out_size;
    to->data[to->size] = '\0';
    c->packed_done = c->packed.size - s.in_size;
    *ended = code == GARNER_DONE ||
             (code == GARNER_OK && !full && s.in_size == 0 && c->packed_ended);
    if (code == GARNER_OK && *ended)
        code = gn_inflater_end(c->gzip, err);
    return code == GARNER_DONE ? GARNER_OK : code;
}

/* As read_some, unpacked if it is gzip. */
static enum garner_code read_plain(struct gn_chunks *c, struct gn_buf *to,
                                   size_t size, bool *ended,
                                   struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    if (c->gzip == NULL)
        return read_some(c, to, size, ended, err);
    if (c->packed_done == c->packed.size && !c->packed_ended) {
        gn_buf_clear(&c->packed);
        c->packed_done = 0;
        code = gn_buf_reserve(&c->packed, CHUNK)
                   ? read_some(c, &c->packed, CHUNK, &c->packed_ended, err)
                   : gn_fail(err, GARNER_NOMEM, "out of memory for %.100s",
                             c->name);
    }
    return code == GARNER_OK ? unpack_some(c, to, size, ended, err) : code;
}

/* Bytes that may be added now. */
static size_t space(const struct gn_chunks *c)
{
    const size_t room = c->held.room - c->held.size - 1 - SPARE;
    const size_t most = c->most - c->held.size;

    return room < most ? room : most;
}

/* Appends UTF-8 of what is there. What is wrong is told by the next call, so
 * that what stands before it can be had. */
static enum garner_code read_coded(struct gn_chunks *c,
                                   struct garner_error *err)
{
    struct gn_buf *held = &c->held;
    struct gn_buf *coded = &c->coded;
    const size_t room = space(c) + GN_TRANSCODE_ROOM; /* it must get on */
    struct gn_transcoder_step s;
    enum garner_code code = GARNER_OK;

    if (coded->size - c->coded_done < GN_TRANSCODE_ROOM && !c->coded_ended) {
        drop(coded, &c->coded_done);
        code = gn_buf_reserve(coded, CHUNK)
                   ? read_plain(c, coded, CHUNK, &c->coded_ended, err)
                   : gn_fail(err, GARNER_NOMEM, "out of memory for %.100s",
                             c->name);
        if (code != GARNER_OK)
            return code;
    }
    s = (struct gn_transcoder_step){coded->data + c->coded_done,
                                    coded->size - c->coded_done,
                                    held->data + held->size, room};
    code = gn_transcoder_step(c->coder, &s, &c->fault);
    if (code == GARNER_OK && c->coded_ended && s.in_size < GN_TRANSCODE_ROOM &&
        s.out_size >= GN_TRANSCODE_ROOM) {
        code = gn_transcoder_end(c->coder, &s, &c->fault);
        c->ended = code == GARNER_OK;
    }
    c->coded_done = coded->size - s.in_size;
    held->size += room - s.out_size;
    held->data[held->size] = '\0';
    c->is_wrong = code != GARNER_OK;
    if (c->is_wrong)
        gn_buf_text(held, "\xef\xbf\xbd");
    return GARNER_OK;
}

/* The charset that a byte order mark says, or else that which was said. */
static const struct gn_charset *charset_of(const struct gn_chunks *c)
{
    const char *at = gn_buf_cstr(&c->held);

    if (c->held.size >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0)
        return NULL;
    if (c->held.size >= 2 && memcmp(at, "\xff\xfe", 2) == 0)
        return gn_charset_find("utf-16le", strlen("utf-16le"));
    if (c->held.size >= 2 && memcmp(at, "\xfe\xff", 2) == 0)
        return gn_charset_find("utf-16be", strlen("utf-16be"));
    return c->charset;
}

/* Takes what was read first for bytes of its charset. */
static enum garner_code begin_coded(struct gn_chunks *c,
                                    struct garner_error *err)
{
    const struct gn_charset *charset = charset_of(c);

    if (charset == NULL || charset->kind == GN_CHARSET_UTF8)
        return GARNER_OK;
    gn_buf_append(&c->coded, c->held.data, c->held.size);
    if (gn_buf_failed(&c->coded))
        return gn_fail(err, GARNER_NOMEM, "out of memory for %.100s", c->name);
    c->held.size = 0;
    c->coded_ended = c->ended;
    c->ended = false;
    return gn_transcoder_new(charset, &c->coder, err);
}

/* Takes what was read first for gzip, and unpacks the beginning. */
static enum garner_code begin_packed(struct gn_chunks *c,
                                     struct garner_error *err)
{
    struct gn_buf *held = &c->held;
    enum garner_code code;

    gn_buf_append(&c->packed, held->data, held->size);
    if (gn_buf_failed(&c->packed))
        return gn_fail(err, GARNER_NOMEM, "out of memory for %.100s", c->name);
    c->packed_ended = c->ended;
    c->ended = false;
    held->size = 0;
    code = gn_inflater_new(&c->gzip, err);
    while (code == GARNER_OK && !c->ended && held->size < BEGINNING)
        code = read_plain(c, held, space(c), &c->ended, err);
    return code;
}

/* Reads the first bytes, and sees what they are. */
static enum garner_code begin(struct gn_chunks *c, struct garner_error *err)
{
    static const char zstd[] = {'\x28', '\xb5', '\x2f', '\xfd'};
    struct gn_buf *held = &c->held;
    enum garner_code code = GARNER_OK;

    c->begun = true;
    while (code == GARNER_OK && !c->ended && held->size < BEGINNING)
        code = read_some(c, held, space(c), &c->ended, err);
    if (code == GARNER_OK && held->size >= BEGINNING &&
        memcmp(held->data, zstd, BEGINNING) == 0)
        return gn_fail(err, GARNER_INVALID,
                       "this is zstd; unpack it with zstdcat, and give that "
                       "as standard input");
    if (code == GARNER_OK && gn_inflate_is_gzip(held->data, held->size))
        code = begin_packed(c, err);
    return code == GARNER_OK ? begin_coded(c, err) : code;
}

enum garner_code gn_chunks_more(struct gn_chunks *c, struct garner_error *err)
{
    const size_t rest = c->held.size - c->done;
    /* A row that is long is looked at again from its start: let it be twice as
     * much each time. */
    size_t goal = rest < CHUNK ? 1 : rest;
    size_t room = rest < CHUNK ? CHUNK : rest;
    enum garner_code code;

    if (c->is_wrong)
        return gn_fail(err, GARNER_INVALID, "%s", c->fault.message);
    code = make_room(c, &room, err);
    goal = c->held.size + (goal < room ? goal : room);
    if (code == GARNER_OK && !c->begun)
        code = begin(c, err);
    while (code == GARNER_OK && !c->ended && !c->is_wrong &&
           c->held.size < goal)
        code = c->coder != NULL
                   ? read_coded(c, err)
                   : read_plain(c, &c->held, space(c), &c->ended, err);
    return code;
}

void gn_chunks_fini(struct gn_chunks *c)
{
    gn_transcoder_free(c->coder);
    gn_buf_fini(&c->coded);
    gn_inflater_free(c->gzip);
    gn_buf_fini(&c->packed);
    gn_buf_fini(&c->held);
}
