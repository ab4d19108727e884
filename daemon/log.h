/* What the daemon says to its operator: lines on stderr, with the journal's priorities where the
 * journal reads them (sd-daemon(3)). */
#ifndef ASSAY_LOG_H
#define ASSAY_LOG_H

void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
