/* resume_test.c - which answers can be gone on with, and what goes on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "fetch/resume.h"

#define DATE "date: Thu, 26 Nov 2026 06:00:00 GMT\n"
#define OLD  "last-modified: Thu, 26 Nov 2026 05:00:00 GMT\n"

static void versions(void **state)
{
    static const struct {
        const char *headers;
        const char *version; /* NULL: none */
    } table[] = {
        {DATE "etag: \"a\"\n", "\"a\""},
        {DATE "etag: \"a\"\n" OLD "accept-ranges: bytes\n", "\"a\""},
        {DATE "etag: \"a\"\ncontent-encoding: identity\n", "\"a\""},
        {DATE "etag: W/\"a\"\n" OLD, "Thu, 26 Nov 2026 05:00:00 GMT"},
        {DATE OLD, "Thu, 26 Nov 2026 05:00:00 GMT"},
        {DATE "etag: W/\"a\"\n", NULL},
        {DATE "last-modified: Thu, 26 Nov 2026 06:00:00 GMT\n", NULL},
        {DATE "etag: \"a\"\ncontent-encoding: gzip\n", NULL},
        {DATE "etag: \"a\"\ncontent-encoding: identity\n"
              "content-encoding: identity\n",
         NULL},
        {DATE "etag: \"a\"\naccept-ranges: none\n", NULL},
        {DATE "etag: \"a\"\netag: \"b\"\n", NULL},
        {DATE, NULL},
        {"", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        char *version = gn_resume_version(table[i].headers);

        if (table[i].version == NULL)
            assert_null(version);
        else
            assert_string_equal(version, table[i].version);
        gn_free(version);
    }
}

static void rests(void **state)
{
    static const struct {
        const char *headers;
        bool follows; /* after 10 bytes */
    } table[] = {
        {"content-range: bytes 10-19/20\n", true},
        {"a: b\ncontent-range: Bytes 10-10/11\nc: d\n", true},
        {"content-range: bytes 10-19/20", true},
        {"content-range: bytes 10-19/20\ncontent-encoding: gzip\n", false},
        {"content-range: bytes 10-18/20\n", false},
        {"content-range: bytes 10-19/*\n", false},
        {"content-range: bytes 9-19/20\n", false},
        {"content-range: bytes 0-19/20\n", false},
        {"content-range: bytes 10-9/10\n", false},
        {"content-range: bytes -10-19/20\n", false},
        {"content-range: bytes 10-19/20 \n", false},
        {"content-range: bytes */20\n", false},
        {"content-range: lines 10-19/20\n", false},
        {"content-range: bytes 10-99999999999999999999/20\n", false},
        {"content-range: bytes 10-19/20\ncontent-range: bytes 10-19/20\n",
         false},
        {"x-content-range: bytes 10-19/20\n", false},
        {"content-range:\n", false},
        {"", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        assert_int_equal(gn_resume_follows(table[i].headers, 10),
                         table[i].follows);
}

static void without_memory_there_is_none(void **state)
{
    char *version = NULL;

    (void)state;
    for (unsigned n = 1; version == NULL; n++) {
        gn_mem_fail_at(n);
        version = gn_resume_version(DATE "etag: \"a\"\n");
        gn_mem_fail_at(0);
        assert_true(n < 10);
    }
    gn_free(version);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(versions),
        cmocka_unit_test(rests),
        cmocka_unit_test(without_memory_there_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
