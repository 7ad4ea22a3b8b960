// Generated from apps/distribution-service/openapi.json by `pnpm run docs`; do not edit.

export interface paths {
    "/api/courses": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the public courses of the tenant: the best matches first, then the newest */
        get: operations["listCourses"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/courses/{slug}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a public course */
        get: operations["getCourse"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/internal/courses": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List all courses of the tenant by course id */
        get: operations["listInternalCourses"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/internal/courses/{courseId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a course */
        get: operations["getInternalCourse"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/internal/distributions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a distribution, public or not */
        get: operations["getInternalDistribution"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/internal/pages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the pages for search engines, 10000 at a time, the oldest first
         * @description Left out are pages that search engines must not show, that no list shows, and variants whose canonical page is their parent.
         */
        get: operations["listPages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/internal/pages/{slug}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a public course as it is now, never from memory */
        get: operations["readPage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/internal/waiting-events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How long events about distributions, of any tenant, have waited for Kafka
         * @description Every event that is older was sent before the answer. One that Kafka refuses for good does not wait.
         */
        get: operations["readWaitingEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/courses/{slug}/views": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Count a view of a course page
         * @description Send the body as JSON, by fetch with keepalive or by sendBeacon with a Blob of that type.
         */
        post: operations["countView"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/courses/{slug}/enrollment-clicks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Count a click on the enrol button */
        post: operations["countEnrollmentClick"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/distributions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the distributions of the tenant, the newest first */
        get: operations["listDistributions"];
        put?: never;
        /** Create a distribution */
        post: operations["createDistribution"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/distributions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a distribution */
        get: operations["getDistribution"];
        put?: never;
        post?: never;
        /** Delete a distribution; if it has variants, keep or delete them */
        delete: operations["removeDistribution"];
        options?: never;
        head?: never;
        /** Change a distribution */
        patch: operations["changeDistribution"];
        trace?: never;
    };
    "/api/distributions/{id}/publish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Publish a distribution; repeating it changes nothing */
        post: operations["publishDistribution"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/distributions/{id}/unpublish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Unpublish a distribution; repeating it changes nothing */
        post: operations["unpublishDistribution"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/distributions/{id}/schedule": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the schedule of a distribution */
        get: operations["getSchedule"];
        /** Replace the schedule of a distribution; an empty plan cancels it */
        put: operations["planSchedule"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/distributions/{id}/micro-niches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Create a variant for a narrower audience; it follows its parent in what it does not override */
        post: operations["deriveVariant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/distributions/{id}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the versions that ended, the latest first */
        get: operations["listVersions"];
        put?: never;
        /** End the current version and begin the next */
        post: operations["endVersion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/distributions/{id}/versions/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the content of a version that ended */
        get: operations["getVersion"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/distributions/{id}/versions/{version}/differences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Compare two versions */
        get: operations["compareVersions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/distributions/{id}/versions/{version}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restore the content of a version as a new version */
        post: operations["restoreVersion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/internal/accounts/{accountId}/data": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Everything that is stored about a person */
        get: operations["getAccountData"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * @example {
         *       "versions": [
         *         {
         *           "distributionId": "dist_1",
         *           "version": "v1",
         *           "changelog": "A new title",
         *           "frozenAt": "2026-03-02T09:30:00.000000Z"
         *         }
         *       ]
         *     }
         */
        AccountData: {
            /** @description The versions that the person has closed as an editor */
            versions: {
                distributionId: string;
                version: string;
                changelog: string;
                /** Format: date-time */
                frozenAt: string;
            }[];
        };
        BodyTooLarge: {
            /** @constant */
            status?: 413;
            /** @constant */
            code?: "body.too-large";
        } & components["schemas"]["Problem"];
        /**
         * @example {
         *       "distributionId": "dist_019acc3e-5b1f-7d6a-9c58-2f0e4a7b1d33",
         *       "courseId": "course_1",
         *       "slug": "sourdough-for-beginners",
         *       "canonicalUrl": "https://learn.example.org/courses/sourdough-for-beginners",
         *       "title": "Sourdough for beginners",
         *       "description": "From flour and water to a loaf.",
         *       "language": "en",
         *       "targetGroup": [
         *         "beginners"
         *       ],
         *       "workload": "PT20H",
         *       "startsAt": "2026-03-02",
         *       "seo": {
         *         "metaTitle": "Sourdough for beginners",
         *         "metaDescription": "From flour and water to a loaf.",
         *         "metaKeywords": [
         *           "beginners"
         *         ]
         *       },
         *       "cta": {
         *         "label": "Enroll now",
         *         "type": "primary_button"
         *       },
         *       "experiment": null,
         *       "totalLessons": 12,
         *       "version": "v1",
         *       "updatedAt": "2026-03-02T09:30:00.000000Z"
         *     }
         */
        CatalogueEntry: {
            distributionId: string;
            courseId: string;
            slug: string;
            canonicalUrl: string;
            title: string;
            description: string;
            language: string;
            targetGroup: string[];
            workload: string | null;
            startsAt: string | null;
            seo: components["schemas"]["Seo"];
            cta: components["schemas"]["Cta"];
            experiment: components["schemas"]["Experiment"] | null;
            totalLessons: number | null;
            version: string;
            updatedAt: string;
        };
        /**
         * @example {
         *       "items": [
         *         {
         *           "distributionId": "dist_019acc3e-5b1f-7d6a-9c58-2f0e4a7b1d33",
         *           "courseId": "course_1",
         *           "slug": "sourdough-for-beginners",
         *           "canonicalUrl": "https://learn.example.org/courses/sourdough-for-beginners",
         *           "title": "Sourdough for beginners",
         *           "description": "From flour and water to a loaf.",
         *           "language": "en",
         *           "targetGroup": [
         *             "beginners"
         *           ],
         *           "workload": "PT20H",
         *           "startsAt": "2026-03-02",
         *           "seo": {
         *             "metaTitle": "Sourdough for beginners",
         *             "metaDescription": "From flour and water to a loaf.",
         *             "metaKeywords": [
         *               "beginners"
         *             ]
         *           },
         *           "cta": {
         *             "label": "Enroll now",
         *             "type": "primary_button"
         *           },
         *           "experiment": null,
         *           "totalLessons": 12,
         *           "version": "v1",
         *           "updatedAt": "2026-03-02T09:30:00.000000Z"
         *         }
         *       ],
         *       "nextCursor": null
         *     }
         */
        CatalogueEntryPage: {
            items: components["schemas"]["CatalogueEntry"][];
            nextCursor: string | null;
        };
        /**
         * @example {
         *       "ctaType": "primary_button"
         *     }
         */
        ClickInput: {
            ctaType: string;
        };
        CountsTooMany: {
            /** @constant */
            status?: 429;
            /** @constant */
            code?: "counts.too-many";
        } & components["schemas"]["Problem"];
        /**
         * @example {
         *       "distributionId": "dist_019acc3e-5b1f-7d6a-9c58-2f0e4a7b1d33",
         *       "courseId": "course_1",
         *       "slug": "sourdough-for-beginners",
         *       "canonicalUrl": "https://learn.example.org/courses/sourdough-for-beginners",
         *       "title": "Sourdough for beginners",
         *       "description": "From flour and water to a loaf.",
         *       "language": "en",
         *       "targetGroup": [
         *         "beginners"
         *       ],
         *       "workload": "PT20H",
         *       "startsAt": "2026-03-02",
         *       "seo": {
         *         "metaTitle": "Sourdough for beginners",
         *         "metaDescription": "From flour and water to a loaf.",
         *         "metaKeywords": [
         *           "beginners"
         *         ]
         *       },
         *       "cta": {
         *         "label": "Enroll now",
         *         "type": "primary_button"
         *       },
         *       "experiment": null,
         *       "totalLessons": 12,
         *       "version": "v1",
         *       "updatedAt": "2026-03-02T09:30:00.000000Z",
         *       "alternatives": [],
         *       "variants": []
         *     }
         */
        Course: {
            distributionId: string;
            courseId: string;
            slug: string;
            canonicalUrl: string;
            title: string;
            description: string;
            language: string;
            targetGroup: string[];
            workload: string | null;
            startsAt: string | null;
            seo: components["schemas"]["Seo"];
            cta: components["schemas"]["Cta"];
            experiment: components["schemas"]["Experiment"] | null;
            totalLessons: number | null;
            version: string;
            updatedAt: string;
            /** @description The course in other languages, one page for each */
            alternatives: components["schemas"]["RelatedCourse"][];
            /** @description The course for narrower audiences */
            variants: components["schemas"]["RelatedCourse"][];
        };
        CourseGone: {
            /** @constant */
            status?: 410;
            /** @constant */
            code?: "course.gone";
        } & components["schemas"]["Problem"];
        CourseNotFound: {
            /** @constant */
            status?: 404;
            /** @constant */
            code?: "course.not-found";
        } & components["schemas"]["Problem"];
        Cta: {
            label: string;
            type: string;
            url?: string;
        };
        /**
         * @example {
         *       "from": "v1",
         *       "to": "v2",
         *       "fields": {
         *         "title": {
         *           "old": "Sourdough",
         *           "new": "Sourdough for beginners"
         *         }
         *       }
         *     }
         */
        Differences: {
            from: string;
            to: string;
            fields: {
                [key: string]: {
                    old: unknown;
                    new: unknown;
                };
            };
        };
        /**
         * @example {
         *       "id": "dist_019acc3e-5b1f-7d6a-9c58-2f0e4a7b1d33",
         *       "courseId": "course_1",
         *       "slug": "sourdough-for-beginners",
         *       "title": "Sourdough for beginners",
         *       "description": "From flour and water to a loaf.",
         *       "language": "en",
         *       "targetGroup": [
         *         "beginners"
         *       ],
         *       "workload": "PT20H",
         *       "startsAt": "2026-03-02",
         *       "welcomeText": "",
         *       "seo": {
         *         "metaTitle": "Sourdough for beginners",
         *         "metaDescription": "From flour and water to a loaf.",
         *         "metaKeywords": [
         *           "beginners"
         *         ]
         *       },
         *       "cta": {
         *         "label": "Enroll now",
         *         "type": "primary_button"
         *       },
         *       "experiment": null,
         *       "listed": true,
         *       "protectedFields": [],
         *       "visibility": "public",
         *       "version": "v1",
         *       "derivedFrom": null,
         *       "canonical": "own",
         *       "stagingUrl": null,
         *       "stagingDeployedAt": null,
         *       "createdAt": "2026-03-02T09:30:00.000000Z",
         *       "updatedAt": "2026-03-02T09:30:00.000000Z"
         *     }
         */
        Distribution: {
            id: string;
            courseId: string;
            slug: string;
            title: string;
            description: string;
            language: string;
            targetGroup: string[];
            workload: string | null;
            startsAt: string | null;
            welcomeText: string;
            seo: components["schemas"]["Seo"];
            cta: components["schemas"]["Cta"];
            experiment: components["schemas"]["Experiment"] | null;
            listed: boolean;
            protectedFields: ("title" | "description" | "language" | "targetGroup" | "workload" | "startsAt" | "welcomeText" | "seo" | "cta" | "experiment")[];
            /** @enum {string} */
            visibility: "private" | "public";
            version: string;
            derivedFrom: string | null;
            /** @enum {string} */
            canonical: "parent" | "own";
            stagingUrl: string | null;
            stagingDeployedAt: string | null;
            createdAt: string;
            updatedAt: string;
        };
        /**
         * @example {
         *       "title": "Sourdough at home",
         *       "seo": {
         *         "noindex": true
         *       }
         *     }
         */
        DistributionChangeInput: {
            title?: string;
            description?: string;
            /**
             * @example de
             * @example de-AT
             * @example en
             */
            language?: string;
            targetGroup?: string[];
            workload?: string | null;
            startsAt?: string | null;
            welcomeText?: string;
            seo?: components["schemas"]["GivenSeoInput"];
            cta?: components["schemas"]["GivenCtaInput"];
            experiment?: components["schemas"]["GivenExperimentInput"] | null;
            slug?: string;
            /** @description Whether lists show it once it is public */
            listed?: boolean;
            /** @description The fields that people have edited. Nothing else changes them */
            protectedFields?: ("title" | "description" | "language" | "targetGroup" | "workload" | "startsAt" | "welcomeText" | "seo" | "cta" | "experiment")[];
        };
        DistributionHasVariants: {
            /** @constant */
            status?: 409;
            /** @constant */
            code?: "distribution.has-variants";
        } & components["schemas"]["Problem"];
        DistributionIncomplete: {
            /** @constant */
            status?: 409;
            /** @constant */
            code?: "distribution.incomplete";
        } & components["schemas"]["Problem"];
        DistributionNotFound: {
            /** @constant */
            status?: 404;
            /** @constant */
            code?: "distribution.not-found";
        } & components["schemas"]["Problem"];
        /**
         * @example {
         *       "items": [
         *         {
         *           "id": "dist_019acc3e-5b1f-7d6a-9c58-2f0e4a7b1d33",
         *           "courseId": "course_1",
         *           "slug": "sourdough-for-beginners",
         *           "title": "Sourdough for beginners",
         *           "description": "From flour and water to a loaf.",
         *           "language": "en",
         *           "targetGroup": [
         *             "beginners"
         *           ],
         *           "workload": "PT20H",
         *           "startsAt": "2026-03-02",
         *           "welcomeText": "",
         *           "seo": {
         *             "metaTitle": "Sourdough for beginners",
         *             "metaDescription": "From flour and water to a loaf.",
         *             "metaKeywords": [
         *               "beginners"
         *             ]
         *           },
         *           "cta": {
         *             "label": "Enroll now",
         *             "type": "primary_button"
         *           },
         *           "experiment": null,
         *           "listed": true,
         *           "protectedFields": [],
         *           "visibility": "public",
         *           "version": "v1",
         *           "derivedFrom": null,
         *           "canonical": "own",
         *           "stagingUrl": null,
         *           "stagingDeployedAt": null,
         *           "createdAt": "2026-03-02T09:30:00.000000Z",
         *           "updatedAt": "2026-03-02T09:30:00.000000Z"
         *         }
         *       ],
         *       "nextCursor": null
         *     }
         */
        DistributionPage: {
            items: components["schemas"]["Distribution"][];
            nextCursor: string | null;
        };
        EventTooLarge: {
            /** @constant */
            status?: 422;
            /** @constant */
            code?: "event.too-large";
        } & components["schemas"]["Problem"];
        Experiment: {
            arms: {
                label: string;
                ctaType: string;
            }[];
            split: number[];
            endsAt: string;
        };
        /** @description What is given replaces what is there; null takes it away */
        GivenCtaInput: {
            label?: string;
            type?: string;
            url?: string | null;
        };
        /** @description Calls to action to try out */
        GivenExperimentInput: {
            /** @description Instead of the label and the type of `cta` */
            arms: {
                label: string;
                ctaType: string;
            }[];
            /** @description The weight of each arm, in their order: [50, 50] shows both to as many visitors */
            split: number[];
            /**
             * Format: date-time
             * @description Then the page shows `cta` again
             */
            endsAt: string;
        };
        /** @description What is given replaces what is there; null takes it away */
        GivenSeoInput: {
            metaTitle?: string;
            metaDescription?: string;
            metaKeywords?: string[];
            ogImage?: string | null;
            noindex?: boolean | null;
        };
        IfMatchMissing: {
            /** @constant */
            status?: 428;
            /** @constant */
            code?: "if-match.missing";
        } & components["schemas"]["Problem"];
        IfMatchStale: {
            /** @constant */
            status?: 412;
            /** @constant */
            code?: "if-match.stale";
        } & components["schemas"]["Problem"];
        /**
         * @example {
         *       "slug": "sourdough-for-beginners",
         *       "language": "en",
         *       "updatedAt": "2026-03-02T09:30:00.000000Z",
         *       "alternatives": [
         *         {
         *           "slug": "sauerteig",
         *           "language": "de"
         *         }
         *       ]
         *     }
         */
        IndexedPage: {
            slug: string;
            language: string;
            updatedAt: string;
            /** @description The course in other languages */
            alternatives: {
                slug: string;
                language: string;
            }[];
        };
        /**
         * @example {
         *       "items": [
         *         {
         *           "slug": "sourdough-for-beginners",
         *           "language": "en",
         *           "updatedAt": "2026-03-02T09:30:00.000000Z",
         *           "alternatives": [
         *             {
         *               "slug": "sauerteig",
         *               "language": "de"
         *             }
         *           ]
         *         }
         *       ],
         *       "nextCursor": null
         *     }
         */
        IndexedPagePage: {
            items: components["schemas"]["IndexedPage"][];
            nextCursor: string | null;
        };
        /**
         * @example {
         *       "courseId": "course_1",
         *       "slug": "sourdough-for-beginners",
         *       "title": "Sourdough for beginners",
         *       "description": "From flour and water to a loaf.",
         *       "language": "en",
         *       "startsAt": "2026-03-02",
         *       "welcomeText": "",
         *       "totalLessons": 12,
         *       "public": true
         *     }
         */
        InternalCourse: {
            courseId: string;
            slug: string;
            title: string;
            description: string;
            language: string;
            startsAt: string | null;
            welcomeText: string;
            totalLessons: number | null;
            /** @description Whether any distribution of the course is public */
            public: boolean;
        };
        /**
         * @example {
         *       "items": [
         *         {
         *           "courseId": "course_1",
         *           "slug": "sourdough-for-beginners",
         *           "title": "Sourdough for beginners",
         *           "description": "From flour and water to a loaf.",
         *           "language": "en",
         *           "startsAt": "2026-03-02",
         *           "welcomeText": "",
         *           "totalLessons": 12,
         *           "public": true
         *         }
         *       ],
         *       "nextCursor": null
         *     }
         */
        InternalCoursePage: {
            items: components["schemas"]["InternalCourse"][];
            nextCursor: string | null;
        };
        /**
         * @example {
         *       "id": "dist_0195565c-2a40-7c3e-9a51-6f0d7b1c2e4f",
         *       "courseId": "course_1",
         *       "slug": "sourdough-for-beginners",
         *       "title": "Sourdough for beginners",
         *       "description": "From flour and water to a loaf.",
         *       "language": "en",
         *       "startsAt": "2026-03-02",
         *       "welcomeText": "",
         *       "listed": true,
         *       "public": true
         *     }
         */
        InternalDistribution: {
            id: string;
            courseId: string;
            slug: string;
            title: string;
            description: string;
            language: string;
            startsAt: string | null;
            welcomeText: string;
            /** @description Whether lists show it once it is public */
            listed: boolean;
            public: boolean;
        };
        InvalidPart: {
            /** @description body, querystring, params or headers */
            in: string;
            /** @description The path of the invalid value */
            pointer: string;
            /** @description What is wrong with the value */
            message: string;
        };
        MediaTypeUnsupported: {
            /** @constant */
            status?: 415;
            /** @constant */
            code?: "media-type.unsupported";
        } & components["schemas"]["Problem"];
        /**
         * @example {
         *       "courseId": "course_1",
         *       "title": "Sourdough for beginners",
         *       "description": "From flour and water to a loaf.",
         *       "language": "en",
         *       "targetGroup": [
         *         "beginners"
         *       ],
         *       "workload": "PT20H",
         *       "startsAt": "2026-03-02"
         *     }
         */
        NewDistributionInput: {
            /**
             * id
             * @description 1–128 characters, none of them a control character; not a dot segment
             */
            courseId: string;
            title: string;
            description?: string;
            /**
             * @example de
             * @example de-AT
             * @example en
             */
            language: string;
            targetGroup?: string[];
            workload?: string | null;
            startsAt?: string | null;
            welcomeText?: string;
            seo?: components["schemas"]["GivenSeoInput"];
            cta?: components["schemas"]["GivenCtaInput"];
            experiment?: components["schemas"]["GivenExperimentInput"] | null;
            slug?: string;
            /** @description Whether lists show it once it is public */
            listed?: boolean;
            /** @description The fields that people have edited. Nothing else changes them */
            protectedFields?: ("title" | "description" | "language" | "targetGroup" | "workload" | "startsAt" | "welcomeText" | "seo" | "cta" | "experiment")[];
        };
        /**
         * @example {
         *       "targetGroup": [
         *         "bakeries"
         *       ],
         *       "title": "Sourdough for bakeries"
         *     }
         */
        NewVariantInput: {
            title?: string;
            description?: string;
            targetGroup: string[];
            workload?: string | null;
            startsAt?: string | null;
            welcomeText?: string;
            seo?: components["schemas"]["GivenSeoInput"];
            cta?: components["schemas"]["GivenCtaInput"];
            experiment?: components["schemas"]["GivenExperimentInput"] | null;
            slug?: string;
            /**
             * @description Whether search engines should list it beside its parent
             * @enum {string}
             */
            canonical?: "parent" | "own";
        };
        /**
         * @example {
         *       "publishAt": "2026-04-01T08:00:00Z"
         *     }
         */
        PlanInput: {
            publishAt?: string | null;
            unpublishAt?: string | null;
            /** @description The reason for unpublishing; required with unpublishAt */
            reason?: string;
        };
        /** @description Why a request was refused (RFC 9457) */
        Problem: {
            /** @description `urn:problem-type:coursewire:` and the code */
            type: string;
            /** @description What went wrong, in words for people */
            title: string;
            status: number;
            /**
             * @description What went wrong, as a stable code for programs
             * @enum {string}
             */
            code: "request.invalid" | "server.error" | "service.unavailable" | "course.not-found" | "course.gone" | "token.invalid" | "role.insufficient" | "distribution.not-found" | "body.too-large" | "media-type.unsupported" | "counts.too-many" | "slug.taken" | "event.too-large" | "variant.language" | "variant.target-group" | "distribution.incomplete" | "if-match.stale" | "if-match.missing" | "distribution.has-variants" | "schedule.past" | "schedule.order" | "variant.of-variant" | "version.not-found";
            /** @description The requested path */
            instance: string;
            /** @description The id of the request in the log of the service */
            requestId: string;
            /** @description The id of its trace (W3C), if it has one */
            traceId?: string;
            /** @description The invalid parts of the request */
            errors?: components["schemas"]["InvalidPart"][];
        };
        RelatedCourse: {
            slug: string;
            url: string;
            title: string;
            language: string;
            targetGroup: string[];
        };
        RequestInvalid: {
            /** @constant */
            status?: 400;
            /** @constant */
            code?: "request.invalid";
        } & components["schemas"]["Problem"];
        RoleInsufficient: {
            /** @constant */
            status?: 403;
            /** @constant */
            code?: "role.insufficient";
        } & components["schemas"]["Problem"];
        /**
         * @example {
         *       "publishAt": "2026-03-02T09:30:00.000000Z",
         *       "unpublishAt": null,
         *       "reason": null,
         *       "error": null
         *     }
         */
        Schedule: {
            publishAt: string | null;
            unpublishAt: string | null;
            reason: string | null;
            /** @description Why a planned change could not be made */
            error: string | null;
        };
        ScheduleOrder: {
            /** @constant */
            status?: 422;
            /** @constant */
            code?: "schedule.order";
        } & components["schemas"]["Problem"];
        SchedulePast: {
            /** @constant */
            status?: 422;
            /** @constant */
            code?: "schedule.past";
        } & components["schemas"]["Problem"];
        Seo: {
            metaTitle: string;
            metaDescription: string;
            metaKeywords: string[];
            ogImage?: string;
            noindex?: boolean;
        };
        ServerError: {
            /** @constant */
            status?: 500;
            /** @constant */
            code?: "server.error";
        } & components["schemas"]["Problem"];
        ServiceUnavailable: {
            /** @constant */
            status?: 503;
            /** @constant */
            code?: "service.unavailable";
        } & components["schemas"]["Problem"];
        SlugTaken: {
            /** @constant */
            status?: 409;
            /** @constant */
            code?: "slug.taken";
        } & components["schemas"]["Problem"];
        TokenInvalid: {
            /** @constant */
            status?: 401;
            /** @constant */
            code?: "token.invalid";
        } & components["schemas"]["Problem"];
        /**
         * @example {
         *       "reason": "Is being revised"
         *     }
         */
        UnpublishingInput: {
            reason: string;
        };
        VariantLanguage: {
            /** @constant */
            status?: 409;
            /** @constant */
            code?: "variant.language";
        } & components["schemas"]["Problem"];
        VariantOfVariant: {
            /** @constant */
            status?: 409;
            /** @constant */
            code?: "variant.of-variant";
        } & components["schemas"]["Problem"];
        VariantTargetGroup: {
            /** @constant */
            status?: 409;
            /** @constant */
            code?: "variant.target-group";
        } & components["schemas"]["Problem"];
        /**
         * @example {
         *       "version": "v1",
         *       "changelog": "A new title",
         *       "frozenAt": "2026-03-02T09:30:00.000000Z",
         *       "frozenBy": "usr_1",
         *       "content": {
         *         "title": "Sourdough for beginners",
         *         "description": "From flour and water to a loaf.",
         *         "language": "en",
         *         "targetGroup": [
         *           "beginners"
         *         ],
         *         "workload": "PT20H",
         *         "startsAt": "2026-03-02",
         *         "welcomeText": "",
         *         "seo": {
         *           "metaTitle": "Sourdough for beginners",
         *           "metaDescription": "From flour and water to a loaf.",
         *           "metaKeywords": [
         *             "beginners"
         *           ]
         *         },
         *         "cta": {
         *           "label": "Enroll now",
         *           "type": "primary_button"
         *         },
         *         "experiment": null
         *       }
         *     }
         */
        Version: {
            version: string;
            changelog: string;
            frozenAt: string;
            frozenBy: string;
            content: {
                title: string;
                description: string;
                language: string;
                targetGroup: string[];
                workload: string | null;
                startsAt: string | null;
                welcomeText: string;
                seo: components["schemas"]["Seo"];
                cta: components["schemas"]["Cta"];
                experiment: components["schemas"]["Experiment"] | null;
            };
        };
        /**
         * @example {
         *       "changelog": "A new title"
         *     }
         */
        VersionEndInput: {
            changelog: string;
        };
        VersionNotFound: {
            /** @constant */
            status?: 404;
            /** @constant */
            code?: "version.not-found";
        } & components["schemas"]["Problem"];
        /**
         * @example {
         *       "version": "v1",
         *       "changelog": "A new title",
         *       "frozenAt": "2026-03-02T09:30:00.000000Z",
         *       "frozenBy": "usr_1"
         *     }
         */
        VersionSummary: {
            version: string;
            changelog: string;
            frozenAt: string;
            frozenBy: string;
        };
        /**
         * @example {
         *       "items": [
         *         {
         *           "version": "v1",
         *           "changelog": "A new title",
         *           "frozenAt": "2026-03-02T09:30:00.000000Z",
         *           "frozenBy": "usr_1"
         *         }
         *       ],
         *       "nextCursor": null
         *     }
         */
        VersionSummaryPage: {
            items: components["schemas"]["VersionSummary"][];
            nextCursor: string | null;
        };
        /**
         * @example {
         *       "referrer": "https://www.example.com/",
         *       "ctaType": "primary_button"
         *     }
         */
        ViewInput: {
            /** @description The document.referrer of the page; empty for none. Without it the header Referer counts */
            referrer?: string;
            /** @description The call to action that the page shows */
            ctaType?: string;
        } | null;
        /**
         * @example {
         *       "seconds": null
         *     }
         */
        WaitingEvents: {
            /** @description The age of the oldest one. Null if none waits */
            seconds: number | null;
        };
    };
    responses: {
        /** @description Bad Request (request.invalid) */
        RequestInvalid: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["RequestInvalid"];
            };
        };
        /** @description Internal Server Error (server.error) */
        ServerError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ServerError"];
            };
        };
        /** @description Service Unavailable (service.unavailable) */
        ServiceUnavailable: {
            headers: {
                /** @description How many seconds to wait */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ServiceUnavailable"];
            };
        };
        /** @description Not Found (course.not-found) */
        CourseNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["CourseNotFound"];
            };
        };
        /** @description Gone (course.gone) */
        CourseGone: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["CourseGone"];
            };
        };
        /** @description Unauthorized (token.invalid) */
        TokenInvalid: {
            headers: {
                /** @description The authentication scheme: Bearer */
                "WWW-Authenticate"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["TokenInvalid"];
            };
        };
        /** @description Forbidden (role.insufficient) */
        RoleInsufficient: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["RoleInsufficient"];
            };
        };
        /** @description Not Found (distribution.not-found) */
        DistributionNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["DistributionNotFound"];
            };
        };
        /** @description Payload Too Large (body.too-large) */
        BodyTooLarge: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["BodyTooLarge"];
            };
        };
        /** @description Unsupported Media Type (media-type.unsupported) */
        MediaTypeUnsupported: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["MediaTypeUnsupported"];
            };
        };
        /** @description Too Many Requests (counts.too-many) */
        CountsTooMany: {
            headers: {
                /** @description How many seconds to wait */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["CountsTooMany"];
            };
        };
        /** @description Conflict (slug.taken) */
        SlugTaken: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["SlugTaken"];
            };
        };
        /** @description Unprocessable Entity (event.too-large) */
        EventTooLarge: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["EventTooLarge"];
            };
        };
        /** @description Conflict (slug.taken, variant.language, variant.target-group, distribution.incomplete) */
        SlugTakenOrVariantLanguageOrVariantTargetGroupOrDistributionIncomplete: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["SlugTaken"] | components["schemas"]["VariantLanguage"] | components["schemas"]["VariantTargetGroup"] | components["schemas"]["DistributionIncomplete"];
            };
        };
        /** @description Precondition Failed (if-match.stale) */
        IfMatchStale: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["IfMatchStale"];
            };
        };
        /** @description Precondition Required (if-match.missing) */
        IfMatchMissing: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["IfMatchMissing"];
            };
        };
        /** @description Conflict (distribution.has-variants) */
        DistributionHasVariants: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["DistributionHasVariants"];
            };
        };
        /** @description Conflict (distribution.incomplete) */
        DistributionIncomplete: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["DistributionIncomplete"];
            };
        };
        /** @description Unprocessable Entity (schedule.past, schedule.order) */
        SchedulePastOrScheduleOrder: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["SchedulePast"] | components["schemas"]["ScheduleOrder"];
            };
        };
        /** @description Conflict (slug.taken, variant.of-variant) */
        SlugTakenOrVariantOfVariant: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["SlugTaken"] | components["schemas"]["VariantOfVariant"];
            };
        };
        /** @description Not Found (distribution.not-found, version.not-found) */
        DistributionNotFoundOrVersionNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["DistributionNotFound"] | components["schemas"]["VersionNotFound"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type AccountData = components['schemas']['AccountData'];
export type BodyTooLarge = components['schemas']['BodyTooLarge'];
export type CatalogueEntry = components['schemas']['CatalogueEntry'];
export type CatalogueEntryPage = components['schemas']['CatalogueEntryPage'];
export type ClickInput = components['schemas']['ClickInput'];
export type CountsTooMany = components['schemas']['CountsTooMany'];
export type Course = components['schemas']['Course'];
export type CourseGone = components['schemas']['CourseGone'];
export type CourseNotFound = components['schemas']['CourseNotFound'];
export type Cta = components['schemas']['Cta'];
export type Differences = components['schemas']['Differences'];
export type Distribution = components['schemas']['Distribution'];
export type DistributionChangeInput = components['schemas']['DistributionChangeInput'];
export type DistributionHasVariants = components['schemas']['DistributionHasVariants'];
export type DistributionIncomplete = components['schemas']['DistributionIncomplete'];
export type DistributionNotFound = components['schemas']['DistributionNotFound'];
export type DistributionPage = components['schemas']['DistributionPage'];
export type EventTooLarge = components['schemas']['EventTooLarge'];
export type Experiment = components['schemas']['Experiment'];
export type GivenCtaInput = components['schemas']['GivenCtaInput'];
export type GivenExperimentInput = components['schemas']['GivenExperimentInput'];
export type GivenSeoInput = components['schemas']['GivenSeoInput'];
export type IfMatchMissing = components['schemas']['IfMatchMissing'];
export type IfMatchStale = components['schemas']['IfMatchStale'];
export type IndexedPage = components['schemas']['IndexedPage'];
export type IndexedPagePage = components['schemas']['IndexedPagePage'];
export type InternalCourse = components['schemas']['InternalCourse'];
export type InternalCoursePage = components['schemas']['InternalCoursePage'];
export type InternalDistribution = components['schemas']['InternalDistribution'];
export type InvalidPart = components['schemas']['InvalidPart'];
export type MediaTypeUnsupported = components['schemas']['MediaTypeUnsupported'];
export type NewDistributionInput = components['schemas']['NewDistributionInput'];
export type NewVariantInput = components['schemas']['NewVariantInput'];
export type PlanInput = components['schemas']['PlanInput'];
export type Problem = components['schemas']['Problem'];
export type RelatedCourse = components['schemas']['RelatedCourse'];
export type RequestInvalid = components['schemas']['RequestInvalid'];
export type RoleInsufficient = components['schemas']['RoleInsufficient'];
export type Schedule = components['schemas']['Schedule'];
export type ScheduleOrder = components['schemas']['ScheduleOrder'];
export type SchedulePast = components['schemas']['SchedulePast'];
export type Seo = components['schemas']['Seo'];
export type ServerError = components['schemas']['ServerError'];
export type ServiceUnavailable = components['schemas']['ServiceUnavailable'];
export type SlugTaken = components['schemas']['SlugTaken'];
export type TokenInvalid = components['schemas']['TokenInvalid'];
export type UnpublishingInput = components['schemas']['UnpublishingInput'];
export type VariantLanguage = components['schemas']['VariantLanguage'];
export type VariantOfVariant = components['schemas']['VariantOfVariant'];
export type VariantTargetGroup = components['schemas']['VariantTargetGroup'];
export type Version = components['schemas']['Version'];
export type VersionEndInput = components['schemas']['VersionEndInput'];
export type VersionNotFound = components['schemas']['VersionNotFound'];
export type VersionSummary = components['schemas']['VersionSummary'];
export type VersionSummaryPage = components['schemas']['VersionSummaryPage'];
export type ViewInput = components['schemas']['ViewInput'];
export type WaitingEvents = components['schemas']['WaitingEvents'];
export type ResponseRequestInvalid = components['responses']['RequestInvalid'];
export type ResponseServerError = components['responses']['ServerError'];
export type ResponseServiceUnavailable = components['responses']['ServiceUnavailable'];
export type ResponseCourseNotFound = components['responses']['CourseNotFound'];
export type ResponseCourseGone = components['responses']['CourseGone'];
export type ResponseTokenInvalid = components['responses']['TokenInvalid'];
export type ResponseRoleInsufficient = components['responses']['RoleInsufficient'];
export type ResponseDistributionNotFound = components['responses']['DistributionNotFound'];
export type ResponseBodyTooLarge = components['responses']['BodyTooLarge'];
export type ResponseMediaTypeUnsupported = components['responses']['MediaTypeUnsupported'];
export type ResponseCountsTooMany = components['responses']['CountsTooMany'];
export type ResponseSlugTaken = components['responses']['SlugTaken'];
export type ResponseEventTooLarge = components['responses']['EventTooLarge'];
export type ResponseSlugTakenOrVariantLanguageOrVariantTargetGroupOrDistributionIncomplete = components['responses']['SlugTakenOrVariantLanguageOrVariantTargetGroupOrDistributionIncomplete'];
export type ResponseIfMatchStale = components['responses']['IfMatchStale'];
export type ResponseIfMatchMissing = components['responses']['IfMatchMissing'];
export type ResponseDistributionHasVariants = components['responses']['DistributionHasVariants'];
export type ResponseDistributionIncomplete = components['responses']['DistributionIncomplete'];
export type ResponseSchedulePastOrScheduleOrder = components['responses']['SchedulePastOrScheduleOrder'];
export type ResponseSlugTakenOrVariantOfVariant = components['responses']['SlugTakenOrVariantOfVariant'];
export type ResponseDistributionNotFoundOrVersionNotFound = components['responses']['DistributionNotFoundOrVersionNotFound'];
export type $defs = Record<string, never>;
export interface operations {
    listCourses: {
        parameters: {
            query?: {
                /** @description Shows each course in the best language that it has: this one, a more general one (de for de-AT), the same in the same script (de-CH), English. Without this parameter, Accept-Language orders the list */
                language?: string;
                targetGroup?: string;
                /** @description Words of the title, the description or the target group; the last one may be incomplete. Blank finds all. Only the first twelve different words count. */
                q?: string;
                /** @description The ids of courses, separated by commas, at most 100 different ones. Unknown ones are left out */
                courseId?: string;
                cursor?: string;
                /** @description How many at most */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Identifies this state for If-Match and If-None-Match */
                    ETag?: string;
                    /** @description What the answer shows, separated by commas: percent-encoded ids, at most 50, or for a list the one tag list:<tenant>:<language>, * without a language */
                    "Cache-Tag"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CatalogueEntryPage"];
                };
            };
            /** @description Not changed */
            304: {
                headers: {
                    /** @description Identifies this state for If-Match and If-None-Match */
                    ETag?: string;
                    /** @description What the answer shows, separated by commas: percent-encoded ids, at most 50, or for a list the one tag list:<tenant>:<language>, * without a language */
                    "Cache-Tag"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["RequestInvalid"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getCourse: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Identifies this state for If-Match and If-None-Match */
                    ETag?: string;
                    /** @description What the answer shows, separated by commas: percent-encoded ids, at most 50, or for a list the one tag list:<tenant>:<language>, * without a language */
                    "Cache-Tag"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Course"];
                };
            };
            /** @description The course has another slug now */
            301: {
                headers: {
                    /** @description The path of the new resource, or the new path */
                    Location?: string;
                    /** @description What the answer shows, separated by commas: percent-encoded ids, at most 50, or for a list the one tag list:<tenant>:<language>, * without a language */
                    "Cache-Tag"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not changed */
            304: {
                headers: {
                    /** @description Identifies this state for If-Match and If-None-Match */
                    ETag?: string;
                    /** @description What the answer shows, separated by commas: percent-encoded ids, at most 50, or for a list the one tag list:<tenant>:<language>, * without a language */
                    "Cache-Tag"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["RequestInvalid"];
            404: components["responses"]["CourseNotFound"];
            410: components["responses"]["CourseGone"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listInternalCourses: {
        parameters: {
            query?: {
                cursor?: string;
                /** @description How many at most */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InternalCoursePage"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getInternalCourse: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                courseId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InternalCourse"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            404: components["responses"]["CourseNotFound"];
            410: components["responses"]["CourseGone"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getInternalDistribution: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InternalDistribution"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            404: components["responses"]["DistributionNotFound"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listPages: {
        parameters: {
            query?: {
                /** @description The nextCursor of the pages before */
                after?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Identifies this state for If-Match and If-None-Match */
                    ETag?: string;
                    /** @description What the answer shows, separated by commas: percent-encoded ids, at most 50, or for a list the one tag list:<tenant>:<language>, * without a language */
                    "Cache-Tag"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IndexedPagePage"];
                };
            };
            /** @description Not changed */
            304: {
                headers: {
                    /** @description Identifies this state for If-Match and If-None-Match */
                    ETag?: string;
                    /** @description What the answer shows, separated by commas: percent-encoded ids, at most 50, or for a list the one tag list:<tenant>:<language>, * without a language */
                    "Cache-Tag"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    readPage: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Identifies this state for If-Match and If-None-Match */
                    ETag?: string;
                    /** @description What the answer shows, separated by commas: percent-encoded ids, at most 50, or for a list the one tag list:<tenant>:<language>, * without a language */
                    "Cache-Tag"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Course"];
                };
            };
            /** @description The course has another slug now */
            301: {
                headers: {
                    /** @description The path of the new resource, or the new path */
                    Location?: string;
                    /** @description What the answer shows, separated by commas: percent-encoded ids, at most 50, or for a list the one tag list:<tenant>:<language>, * without a language */
                    "Cache-Tag"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not changed */
            304: {
                headers: {
                    /** @description Identifies this state for If-Match and If-None-Match */
                    ETag?: string;
                    /** @description What the answer shows, separated by commas: percent-encoded ids, at most 50, or for a list the one tag list:<tenant>:<language>, * without a language */
                    "Cache-Tag"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            404: components["responses"]["CourseNotFound"];
            410: components["responses"]["CourseGone"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    readWaitingEvents: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WaitingEvents"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    countView: {
        parameters: {
            query?: {
                utm_source?: string;
                utm_medium?: string;
            };
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ViewInput"];
            };
        };
        responses: {
            /** @description Counted if the course exists */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["RequestInvalid"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["MediaTypeUnsupported"];
            429: components["responses"]["CountsTooMany"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    countEnrollmentClick: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ClickInput"];
            };
        };
        responses: {
            /** @description Counted if the course exists */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["RequestInvalid"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["MediaTypeUnsupported"];
            429: components["responses"]["CountsTooMany"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listDistributions: {
        parameters: {
            query?: {
                courseId?: string;
                derivedFrom?: string;
                visibility?: "private" | "public";
                /** @description This language and more specific ones (de-AT for de) */
                language?: string;
                targetGroup?: string;
                /** @description In title, description or slug */
                q?: string;
                cursor?: string;
                /** @description How many at most */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DistributionPage"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    createDistribution: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewDistributionInput"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    /** @description Identifies this state for If-Match and If-None-Match */
                    ETag?: string;
                    /** @description The path of the new resource, or the new path */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Distribution"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            409: components["responses"]["SlugTaken"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["MediaTypeUnsupported"];
            422: components["responses"]["EventTooLarge"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getDistribution: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Identifies this state for If-Match and If-None-Match */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Distribution"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            404: components["responses"]["DistributionNotFound"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    removeDistribution: {
        parameters: {
            query?: {
                variants?: "keep" | "delete";
            };
            header: {
                /** @description The ETag of the state to change, or * */
                "if-match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            404: components["responses"]["DistributionNotFound"];
            409: components["responses"]["DistributionHasVariants"];
            412: components["responses"]["IfMatchStale"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["MediaTypeUnsupported"];
            428: components["responses"]["IfMatchMissing"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    changeDistribution: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag of the state to change, or * */
                "if-match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DistributionChangeInput"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Identifies this state for If-Match and If-None-Match */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Distribution"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            404: components["responses"]["DistributionNotFound"];
            409: components["responses"]["SlugTakenOrVariantLanguageOrVariantTargetGroupOrDistributionIncomplete"];
            412: components["responses"]["IfMatchStale"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["MediaTypeUnsupported"];
            422: components["responses"]["EventTooLarge"];
            428: components["responses"]["IfMatchMissing"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    publishDistribution: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Identifies this state for If-Match and If-None-Match */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Distribution"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            404: components["responses"]["DistributionNotFound"];
            409: components["responses"]["DistributionIncomplete"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["MediaTypeUnsupported"];
            422: components["responses"]["EventTooLarge"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    unpublishDistribution: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UnpublishingInput"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Identifies this state for If-Match and If-None-Match */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Distribution"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            404: components["responses"]["DistributionNotFound"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["MediaTypeUnsupported"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getSchedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schedule"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            404: components["responses"]["DistributionNotFound"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    planSchedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PlanInput"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schedule"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            404: components["responses"]["DistributionNotFound"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["MediaTypeUnsupported"];
            422: components["responses"]["SchedulePastOrScheduleOrder"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    deriveVariant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewVariantInput"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    /** @description Identifies this state for If-Match and If-None-Match */
                    ETag?: string;
                    /** @description The path of the new resource, or the new path */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Distribution"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            404: components["responses"]["DistributionNotFound"];
            409: components["responses"]["SlugTakenOrVariantOfVariant"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["MediaTypeUnsupported"];
            422: components["responses"]["EventTooLarge"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listVersions: {
        parameters: {
            query?: {
                cursor?: string;
                /** @description How many at most */
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VersionSummaryPage"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            404: components["responses"]["DistributionNotFound"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    endVersion: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["VersionEndInput"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    /** @description Identifies this state for If-Match and If-None-Match */
                    ETag?: string;
                    /** @description The path of the new resource, or the new path */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Distribution"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            404: components["responses"]["DistributionNotFound"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["MediaTypeUnsupported"];
            422: components["responses"]["EventTooLarge"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getVersion: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Version"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            404: components["responses"]["DistributionNotFoundOrVersionNotFound"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    compareVersions: {
        parameters: {
            query?: {
                /** @description The version to compare with; by default the current one */
                to?: string;
            };
            header?: never;
            path: {
                id: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Differences"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            404: components["responses"]["DistributionNotFoundOrVersionNotFound"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    restoreVersion: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag of the state to change, or * */
                "if-match": string;
            };
            path: {
                id: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Identifies this state for If-Match and If-None-Match */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Distribution"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            404: components["responses"]["DistributionNotFoundOrVersionNotFound"];
            409: components["responses"]["DistributionIncomplete"];
            412: components["responses"]["IfMatchStale"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["MediaTypeUnsupported"];
            422: components["responses"]["EventTooLarge"];
            428: components["responses"]["IfMatchMissing"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getAccountData: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 1–128 characters, none of them a control character; not a dot segment */
                accountId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountData"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
}
