/* lost_test.h - memory that is lost at any moment. */
#ifndef GN_EXTRACT_LOST_TEST_H
#define GN_EXTRACT_LOST_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"

enum { LOST_ROUNDS = 120 };

/* Reads with the first, the second ... allocation lost: it gives expected, or
 * false or a failed buffer, which it does at least so often, and not always. */
static inline void
assert_lost(bool (*read)(struct gn_buf *out, const void *context),
            const void *context, unsigned least, const char *expected)
{
    unsigned failures = 0;

    for (unsigned nth = 1; nth <= LOST_ROUNDS; nth++) {
        struct gn_buf out = {0};
        bool ok;

        gn_mem_fail_at(nth);
        ok = read(&out, context);
        gn_mem_fail_at(0);
        if (!ok || gn_buf_failed(&out))
            failures++;
        else
            assert_string_equal(gn_buf_cstr(&out), expected);
        gn_buf_fini(&out);
    }
    assert_in_range(failures, least, LOST_ROUNDS - 1);
}

#endif
