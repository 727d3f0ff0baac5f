/* charsets_test.c - names of encodings. */
#include <iconv.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "extract/charsets.h"

static const struct {
    const char *label;
    const char *name; /* NULL: there is none */
} cases[] = {
    {"utf-8", "utf-8"},
    {" UTF8\r\n", "utf-8"},
    {"latin1", "windows-1252"},
    {"ISO-8859-1", "windows-1252"},
    {"us-ascii", "windows-1252"},
    {"iso-8859-9", "windows-1254"},
    {"iso-8859-15", "iso-8859-15"},
    {"iso_8859-2:1987", "iso-8859-2"},
    {"cp1251", "windows-1251"},
    {"tis-620", "windows-874"},
    {"koi8-r", "koi8-r"},
    {"x-sjis", "shift_jis"},
    {"windows-31j", "shift_jis"},
    {"x-euc-jp", "euc-jp"},
    {"gb2312", "gbk"},
    {"gb18030", "gb18030"},
    {"big5", "big5"},
    {"ks_c_5601-1987", "euc-kr"},
    {"utf-16", "utf-16le"},
    {"utf-16be", "utf-16be"},
    {"iso-8859-11", "windows-874"},
    {"", NULL},
    {" ", NULL},
    {"utf", NULL},
    {"utf-8 utf8", NULL},
    {"utf-7", NULL},
    {"iso-2022-kr", NULL},
    {"hz-gb-2312", NULL},
    {"x-user-defined", NULL},
    {"a-label-that-is-longer-than-any", NULL},
};

static void labels(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct gn_charset *c =
            gn_charset_find(cases[i].label, strlen(cases[i].label));

        if (cases[i].name == NULL
                ? c != NULL
                : c == NULL || strcmp(c->name, cases[i].name) != 0)
            fail_msg("%s: %s", cases[i].label, c != NULL ? c->name : "none");
    }
    assert_null(gn_charset_find("utf-8\0", 6));
}

/* The C library has each, and a charset's own name is a label of it. */
static void all_can_be_decoded(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *name = cases[i].name;
        const struct gn_charset *c =
            name != NULL ? gn_charset_find(name, strlen(name)) : NULL;
        iconv_t decoder;

        if (name == NULL)
            continue;
        assert_non_null(c);
        assert_string_equal(c->name, name);
        decoder = iconv_open("UTF-8", c->iconv);
        assert_true(decoder != (iconv_t)-1);
        assert_int_equal(iconv_close(decoder), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels),
        cmocka_unit_test(all_can_be_decoded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
