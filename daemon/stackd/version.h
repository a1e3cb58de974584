/* What --version prints: stackd's version and, a line each, those of the libraries it runs with. */
#pragma once

void version_print(void);
