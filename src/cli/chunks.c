#include "cli/chunks.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

enum { CHUNK = 256 * 1024, BEGINNING = 4, ASKED_MS = 100 };

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

/* Drops what is done with, and makes room for size bytes behind the rest. */
static enum garner_code make_room(struct gn_chunks *c, size_t size,
                                  struct garner_error *err)
{
    struct gn_buf *held = &c->held;

    if (c->done > 0) {
        held->size -= c->done;
        memmove(held->data, held->data + c->done, held->size);
        c->done = 0;
    }
    if (held->size + size > c->most)
        return gn_fail(err, GARNER_INVALID,
                       "a row of it takes more than %zu "
                       "MiB",
                       c->most >> 20);
    if (!gn_buf_reserve(held, size))
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
static enum garner_code unpack_some(struct gn_chunks *c, size_t size,
                                    struct garner_error *err)
{
    struct gn_buf *held = &c->held;
    struct gn_inflater_step s = {.in = c->packed.data + c->packed_done,
                                 .in_size = c->packed.size - c->packed_done,
                                 .out = held->data + held->size,
                                 .out_size = size};
    enum garner_code code = gn_inflater_step(c->gzip, &s, err);
    const bool full = s.out_size == 0;

    held->size += size - s.out_size;
    held->data[held->size] = '\0';
    c->packed_done = c->packed.size - s.in_size;
    c->ended = code == GARNER_DONE || (code == GARNER_OK && !full &&
                                       s.in_size == 0 && c->packed_ended);
    if (code == GARNER_OK && c->ended)
        code = gn_inflater_end(c->gzip, err);
    return code == GARNER_DONE ? GARNER_OK : code;
}

/* The same, of a file that is gzip. */
static enum garner_code read_packed(struct gn_chunks *c, size_t size,
                                    struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    if (c->packed_done == c->packed.size && !c->packed_ended) {
        gn_buf_clear(&c->packed);
        c->packed_done = 0;
        code = gn_buf_reserve(&c->packed, CHUNK)
                   ? read_some(c, &c->packed, CHUNK, &c->packed_ended, err)
                   : gn_fail(err, GARNER_NOMEM, "out of memory for %.100s",
                             c->name);
    }
    return code == GARNER_OK ? unpack_some(c, size, err) : code;
}

/* Reads the first bytes, and sees what they are. */
static enum garner_code begin(struct gn_chunks *c, struct garner_error *err)
{
    static const char zstd[] = {'\x28', '\xb5', '\x2f', '\xfd'};
    struct gn_buf *held = &c->held;
    enum garner_code code = GARNER_OK;

    c->begun = true;
    while (code == GARNER_OK && !c->ended && held->size < BEGINNING)
        code = read_some(c, held, held->room - held->size - 1, &c->ended, err);
    if (code == GARNER_OK && held->size >= BEGINNING &&
        memcmp(held->data, zstd, BEGINNING) == 0)
        return gn_fail(err, GARNER_INVALID,
                       "this is zstd; unpack it with zstdcat, and give that "
                       "as standard input");
    if (code != GARNER_OK || !gn_inflate_is_gzip(held->data, held->size))
        return code;
    gn_buf_append(&c->packed, held->data, held->size);
    if (gn_buf_failed(&c->packed))
        return gn_fail(err, GARNER_NOMEM, "out of memory for %.100s", c->name);
    c->packed_ended = c->ended;
    c->ended = false;
    held->size = 0;
    return gn_inflater_new(&c->gzip, err);
}

enum garner_code gn_chunks_more(struct gn_chunks *c, struct garner_error *err)
{
    const size_t rest = c->held.size - c->done;
    enum garner_code code;
    size_t goal = 1;

    /* A row that is long is looked at again from its start: let it be twice as
     * much each time. */
    if (rest >= CHUNK)
        goal = rest;
    code = make_room(c, goal > CHUNK ? goal : CHUNK, err);
    goal += c->held.size;
    if (code == GARNER_OK && !c->begun)
        code = begin(c, err);
    while (code == GARNER_OK && !c->ended && c->held.size < goal) {
        const size_t room = c->held.room - c->held.size - 1;

        code = c->gzip != NULL ? read_packed(c, room, err)
                               : read_some(c, &c->held, room, &c->ended, err);
    }
    return code;
}

void gn_chunks_fini(struct gn_chunks *c)
{
    gn_inflater_free(c->gzip);
    gn_buf_fini(&c->packed);
    gn_buf_fini(&c->held);
}
