/* hash_test.c - the hashes that others have of the same bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/hash.h"

static void a_text_has_the_hash_that_is_published(void **state)
{
    static const struct {
        const char *text;
        uint64_t hash;
    } cases[] = {
        /* http://www.isthe.com/chongo/tech/comp/fnv/ */
        {"", UINT64_C(0xcbf29ce484222325)},
        {"a", UINT64_C(0xaf63dc4c8601ec8c)},
        {"foobar", UINT64_C(0x85944171f73967e8)},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_true(gn_hash_text(cases[i].text) == cases[i].hash);
}

static void pieces_have_that_of_the_whole(void **state)
{
    static const unsigned char bytes[] = {0xff, 0, 0x80, 1};
    uint64_t hash = GN_HASH_START;

    (void)state;
    assert_true(gn_hash_add(hash, NULL, 0) == GN_HASH_START);
    for (size_t i = 0; i < sizeof bytes; i++)
        hash = gn_hash_add(hash, &bytes[i], 1);
    assert_true(hash == gn_hash_add(GN_HASH_START, bytes, sizeof bytes));
    assert_true(hash != gn_hash_add(GN_HASH_START, bytes, 1)); /* no end at 0 */
    assert_true(gn_hash_add(gn_hash_text("foo"), "bar", 3) ==
                gn_hash_text("foobar"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_has_the_hash_that_is_published),
        cmocka_unit_test(pieces_have_that_of_the_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
