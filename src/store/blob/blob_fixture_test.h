/*
 * blob_fixture_test.h - what the tests of whole values share: a source that
 * makes its bytes up, and a sink that knows them. Tests only.
 */
#ifndef GN_STORE_BLOB_BLOB_FIXTURE_TEST_H
#define GN_STORE_BLOB_BLOB_FIXTURE_TEST_H

#include "store/tx_fixture_test.h"

#include "base/random.h"

struct stream {
    uint64_t seed;
    int64_t left; /* to be given, or that came */
    size_t most;  /* at a time */
    int64_t fails_at;
};

static UNUSED enum garner_code make_up(void *context, void *buffer, size_t room,
                                       size_t *size, struct garner_error *err)
{
    struct stream *s = context;
    size_t n = room < s->most ? room : s->most;

    if (s->left <= s->fails_at) {
        *err = (struct garner_error){.code = GARNER_CANCELED, .message = "no"};
        return GARNER_CANCELED;
    }
    n = (int64_t)n < s->left ? n : (size_t)s->left;
    for (size_t i = 0; i < n; i += 8) {
        const uint64_t bits = gn_random_next(&s->seed);

        memcpy((char *)buffer + i, &bits, n - i < 8 ? n - i : 8);
    }
    s->left -= (int64_t)n;
    *size = n;
    return GARNER_OK;
}

static UNUSED enum garner_code look_at(void *context, const void *data,
                                       size_t size, struct garner_error *err)
{
    struct stream *s = context;

    for (size_t i = 0; i < size; i += 8) {
        const uint64_t bits = gn_random_next(&s->seed);

        if (memcmp((const char *)data + i, &bits, size - i < 8 ? size - i : 8))
            return *err = (struct garner_error){.code = GARNER_CORRUPT},
                   GARNER_CORRUPT;
    }
    s->left += (int64_t)size;
    return GARNER_OK;
}

static UNUSED struct garner_source source_of(struct stream *s, int64_t size)
{
    return (struct garner_source){make_up, s, size};
}

static UNUSED enum garner_code import_size(int64_t size,
                                           struct garner_error *err)
{
    struct stream s = {.left = size, .most = SIZE_MAX, .fails_at = -1};
    const struct garner_source source = source_of(&s, size);

    return garner_blob_import(store, "t", "b", 1, &source, err);
}

#endif
