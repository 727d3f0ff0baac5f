/* report.h - what no call can return goes to the sink of garner_set_log. */
#ifndef GN_STORE_REPORT_H
#define GN_STORE_REPORT_H

/* Thread: any, holding no lock. */
void gn_report(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
