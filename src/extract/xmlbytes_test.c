/* xmlbytes_test.c - charsets, DTDs and broken XML, made fit to be parsed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "extract/xmlbytes.h"

#define BYTES(literal) (literal), sizeof(literal) - 1

static void bytes_become_utf8(void **state)
{
    static const struct {
        const char *xml;
        size_t size;
        const char *text; /* NULL: it cannot be told */
    } cases[] = {
        {BYTES("<a>\xc3\xa9</a>"), "<a>\xc3\xa9</a>"},
        {BYTES("\xef\xbb\xbf<a/>"), "<a/>"},
        {BYTES(""), ""},
        {BYTES("<?xml version='1.0' encoding='latin1'?>\xe9"),
         "<?xml version='1.0' encoding='latin1'?>\xc3\xa9"},
        {BYTES("<?xml encoding = \"windows-1252\" ?>\x80"),
         "<?xml encoding = \"windows-1252\" ?>\xe2\x82\xac"},
        /* it was converted before, and still says what it was */
        {BYTES("<?xml encoding='latin1'?>\xc3\xa9"),
         "<?xml encoding='latin1'?>\xc3\xa9"},
        {BYTES("\xff\xfe<\0a\0/\0>\0\xe9\0"), "<a/>\xc3\xa9"},
        {BYTES("\xfe\xff\0<\0a\0/\0>\0\xe9"), "<a/>\xc3\xa9"},
        {BYTES("\xe9"), NULL},
        {BYTES("<?xml encoding='utf-8'?>\xe9"), NULL},
        {BYTES("<?xml encoding='nosuch'?>\xe9"), NULL},
        {BYTES("<?xml encoding=?>\xe9"), NULL},
        {BYTES("<?xml encoding='latin1\xe9"), NULL},
        {BYTES("<?xml encoding?>\xe9"), NULL},
        {BYTES("\xff\xfe<"), NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_buf out = {0};

        assert_int_equal(gn_xmlbytes_decode(cases[i].xml, cases[i].size, &out),
                         cases[i].text != NULL);
        if (cases[i].text != NULL)
            assert_string_equal(gn_buf_cstr(&out), cases[i].text);
        gn_buf_fini(&out);
    }
}

static void a_large_text_is_converted_whole(void **state)
{
    static const char start[] = "<?xml encoding='latin1'?>";
    struct gn_buf xml = {0};
    struct gn_buf out = {0};

    (void)state;
    gn_buf_text(&xml, start);
    for (size_t i = 0; i < 10000; i++)
        gn_buf_byte(&xml, '\xe9');
    assert_true(gn_xmlbytes_decode(xml.data, xml.size, &out));
    assert_int_equal(out.size, sizeof start - 1 + 20000);
    assert_memory_equal(out.data + out.size - 4, "\xc3\xa9\xc3\xa9", 4);
    gn_buf_fini(&xml);
    gn_buf_fini(&out);
}

static void no_dtd_remains(void **state)
{
    static const char *const cases[][2] = {
        {"<!DOCTYPE a><a/>", "            <a/>"},
        {"<!DOCTYPE a\n[\n<!ENTITY x \"]>\">]><a/>",
         "           \n \n                  <a/>"},
        {"<!DOCTYPE a [<!-- ]>' -->]><a/>", "                           <a/>"},
        {"<!DOCTYPE a [<?x ]> ?> ]><a/>", "                         <a/>"},
        {"<!DOCTYPE a [<!ENTITY x '>", "                          "},
        {"<!DOCTYPE", "         "},
        {"<?xml?><!-- <!DOCTYPE x> --><!DOCTYPE a><a/>",
         "<?xml?><!-- <!DOCTYPE x> -->            <a/>"},
        {"<a><!DOCTYPE b></a>", "<a><!DOCTYPE b></a>"},
        {"<a/>", "<a/>"},
        {"", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *xml = gn_strdup(cases[i][0]);

        gn_xmlbytes_blank_doctype(xml, strlen(xml));
        assert_string_equal(xml, cases[i][1]);
        gn_free(xml);
    }
}

static void what_was_meant_is_found(void **state)
{
    static const struct {
        const char *xml;
        size_t size;
        const char *text;
    } cases[] = {
        {BYTES("<a>AT&T & co</a>"), "<a>AT&#38;T &#38; co</a>"},
        {BYTES("&amp;&lt;&gt;&quot;&apos;"), "&#38;&#60;&#62;&#34;&#39;"},
        {BYTES("&nbsp;&eacute;&euro;&nosuch;"),
         "&#160;&#233;&#8364;&#38;nosuch;"},
        {BYTES("&#65;&#x42;&#X43;"), "&#65;&#66;&#67;"},
        {BYTES(
             "&#0;&#xd800;&#x110000;&#99999999999999999999;&#;&#x;&#xg;&#1a;"),
         "&#38;#0;&#38;#xd800;&#38;#x110000;&#38;#99999999999999999999;&#38;#;"
         "&#38;#x;&#38;#xg;&#38;#1a;"},
        {BYTES("<![CDATA[&nbsp; & \xff]]>&<!-- & -->&"),
         "<![CDATA[&nbsp; & \xef\xbf\xbd]]>&#38;<!-- & -->&#38;"},
        {BYTES("<![CDATA[ & "), "<![CDATA[ & "},
        {BYTES("a\0b\x01\x1f\tc\r\n"), "ab\tc\r\n"},
        {BYTES("\xef\xbf\xbe\xef\xbf\xbf\xef\xbf\xbd\xf0\x9f\x98\x80"),
         "\xef\xbf\xbd\xf0\x9f\x98\x80"},
        {BYTES("\xe9\xc3"), "\xef\xbf\xbd\xef\xbf\xbd"},
        {BYTES("&amp"), "&#38;amp"},
        {BYTES(""), ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_buf out = {0};

        gn_xmlbytes_repair(cases[i].xml, cases[i].size, &out);
        assert_string_equal(gn_buf_cstr(&out), cases[i].text);
        gn_buf_fini(&out);
    }
}

static void many_attributes_are_seen(void **state)
{
    static const struct {
        const char *xml;
        size_t at; /* where one has more than two; 0: none */
    } cases[] = {
        {"", 0},
        {"<a b='1' c='2'/>", 0},
        {"<a><b c='' d='' e=''/>", 3},
        {"<a b='=\"=>=' c=\"='=\">=<b>=</b>", 0},
        {"<a b='1' <c d='2' e='3'>", 0},
        {"<a b='1 <c d='2' e=''", 0},
        {"<!-- = = = = --><![CDATA[= = = =]]><a", 0},
        {"<!-- = = = = -->< = = =", 16},
        {"a<b c = '' d = '' e = ''", 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const size_t size = strlen(cases[i].xml);

        assert_int_equal(gn_xmlbytes_crowded(cases[i].xml, size, 2),
                         cases[i].at > 0 ? cases[i].at : size);
    }
}

static void lost_memory_shows(void **state)
{
    struct gn_buf out = {0};

    (void)state;
    gn_mem_fail_at(1);
    (void)gn_xmlbytes_decode(BYTES("<a/>"), &out);
    assert_true(gn_buf_failed(&out));
    gn_buf_fini(&out);
    gn_mem_fail_at(1);
    gn_xmlbytes_repair(BYTES("<a/>"), &out);
    assert_true(gn_buf_failed(&out));
    gn_buf_fini(&out);
    gn_mem_fail_at(1);
    assert_false(gn_xmlbytes_decode(BYTES("\xff\xfe<\0"), &out));
    assert_true(gn_buf_failed(&out));
    gn_buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_become_utf8),
        cmocka_unit_test(a_large_text_is_converted_whole),
        cmocka_unit_test(no_dtd_remains),
        cmocka_unit_test(what_was_meant_is_found),
        cmocka_unit_test(many_attributes_are_seen),
        cmocka_unit_test(lost_memory_shows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
