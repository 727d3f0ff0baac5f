#include "cli/chunks.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

enum { CHUNK = 256 * 1024, ASKED_MS = 100 };

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

/* Reads what is there, up to size bytes. */
static enum garner_code read_some(struct gn_chunks *c, size_t size,
                                  struct garner_error *err)
{
    enum garner_code code = GARNER_OK;
    ssize_t n = -1;

    while (n < 0) {
        code = await(c, err);
        if (code != GARNER_OK)
            return code;
        n = read(c->fd, c->held.data + c->held.size, size);
        if (n < 0 && errno != EINTR && errno != EAGAIN)
            return gn_fail(err, GARNER_IO, "cannot read %.100s: %s", c->name,
                           strerrordesc_np(errno));
    }
    c->held.size += (size_t)n;
    c->held.data[c->held.size] = '\0';
    c->ended = n == 0;
    return GARNER_OK;
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
    while (code == GARNER_OK && !c->ended && c->held.size < goal)
        code = read_some(c, c->held.room - c->held.size - 1, err);
    return code;
}

void gn_chunks_fini(struct gn_chunks *c)
{
    gn_buf_fini(&c->held);
}
