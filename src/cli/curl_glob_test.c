/* curl_glob_test.c - many URLs in one, as curl writes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "cli/curl_glob.h"

static const char *const none[] = {NULL};

/* "URL part1=a,b part2=c" */
static void tell(const struct gn_curl_globs *globs, struct gn_buf *out)
{
    gn_buf_clear(out);
    gn_buf_text(out, globs->url);
    for (size_t i = 0; i < globs->count; i++) {
        gn_buf_printf(out, " %s=", globs->all[i].name);
        for (size_t k = 0; k < globs->all[i].count; k++)
            gn_buf_printf(out, "%s%s", k > 0 ? "," : "",
                          globs->all[i].values[k]);
    }
}

static void lists_and_ranges(void **state)
{
    static const struct {
        const char *url;
        const char *told;
    } cases[] = {
        {"http://h/", "http://h/"},
        {"http://h/{a,b}", "http://h/{part1} part1=a,b"},
        {"http://{a,b}.h/[1-3]/x",
         "http://{part1}.h/{part2}/x part1=a,b part2=1,2,3"},
        {"http://h/[08-11]", "http://h/{part1} part1=08,09,10,11"},
        {"http://h/[1-10:4]", "http://h/{part1} part1=1,5,9"},
        {"http://h/[a-d:2]", "http://h/{part1} part1=a,c"},
        {"http://h/[7-7]", "http://h/{part1} part1=7"},
        {"http://h/{,a}", "http://h/{part1} part1=,a"},
        {"http://h/{x}/{a,b}", "http://h/%7Bx%7D/{part1} part1=a,b"},
        /* none of them */
        {"http://[::1]/", "http://[::1]/"},
        {"http://[fe80-1]/", "http://[fe80-1]/"},
        {"http://h/{x}", "http://h/{x}"},
        {"http://h/{a,b", "http://h/{a,b"},
        {"http://h/[3-1]", "http://h/[3-1]"},
        {"http://h/[1-z]", "http://h/[1-z]"},
        {"http://h/[1-3:0]", "http://h/[1-3:0]"},
        {"http://h/?a[]=1", "http://h/?a[]=1"},
        {"http://h/[1-3", "http://h/[1-3"},
        {"http://h/[1234567890-1234567891]",
         "http://h/[1234567890-1234567891]"},
    };
    struct gn_arena memory = {0};
    struct gn_curl_globs globs;
    struct gn_buf told = {0};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(
            gn_curl_glob(cases[i].url, none, &memory, &globs, NULL), GARNER_OK);
        tell(&globs, &told);
        assert_string_equal(gn_buf_cstr(&told), cases[i].told);
    }
    gn_buf_fini(&told);
    gn_arena_clear(&memory);
}

static void names_that_are_sent_are_left_alone(void **state)
{
    static const char *const texts[] = {"x={part1}&y=part2",
                                        "A: {part1_2}{part3}", NULL};
    struct gn_arena memory = {0};
    struct gn_curl_globs globs;
    struct gn_buf told = {0};

    (void)state;
    assert_int_equal(
        gn_curl_glob("http://h/[1-2]/[1-2]", texts, &memory, &globs, NULL),
        GARNER_OK);
    tell(&globs, &told);
    assert_string_equal(gn_buf_cstr(&told),
                        "http://h/{part1_3}/{part2} part1_3=1,2 part2=1,2");
    gn_buf_fini(&told);
    gn_arena_clear(&memory);
}

static void too_much_is_refused(void **state)
{
    static const struct {
        const char *url;
        const char *message;
    } cases[] = {
        {"http://h/[1-1001]",
         "1: the URL stands for more than 1000; put them into a file, a URL a "
         "line, and write urls: { file: ... }"},
        {"http://h/[1-100]/[1-11]",
         "1: the URL stands for more than 1000; put them into a file, a URL a "
         "line, and write urls: { file: ... }"},
        {"http://h/{a/b,c}",
         "1: \"a/b\" in {} is no single part of the URL; write a command for "
         "each"},
    };
    struct gn_arena memory = {0};
    struct gn_curl_globs globs;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct garner_error err;

        assert_int_equal(
            gn_curl_glob(cases[i].url, none, &memory, &globs, &err),
            GARNER_INVALID);
        assert_string_equal(err.message, cases[i].message);
    }
    assert_int_equal(
        gn_curl_glob("http://h/[1-1000]", none, &memory, &globs, NULL),
        GARNER_OK);
    assert_int_equal(globs.all[0].count, 1000);
    gn_arena_clear(&memory);
}

static void without_memory_it_says_so(void **state)
{
    (void)state;
    for (unsigned n = 1;; n++) {
        struct gn_arena memory = {0};
        struct gn_curl_globs globs;
        enum garner_code code;

        gn_mem_fail_at(n);
        code =
            gn_curl_glob("http://h/{a,b}/[1-200]", none, &memory, &globs, NULL);
        gn_mem_fail_at(0);
        gn_arena_clear(&memory);
        if (code == GARNER_OK)
            return;
        assert_int_equal(code, GARNER_NOMEM);
        assert_true(n < 100);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_and_ranges),
        cmocka_unit_test(names_that_are_sent_are_left_alone),
        cmocka_unit_test(too_much_is_refused),
        cmocka_unit_test(without_memory_it_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
