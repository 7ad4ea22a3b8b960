// Generated from apps/enrollment-api/openapi.json by `pnpm run docs`; do not edit.

export interface paths {
    "/auth/signin": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Exchange an email address and a password for tokens */
        post: operations["signIn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/service-token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Exchange a service's secret for an access token of one tenant */
        post: operations["issueServiceToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/jwks.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The public keys that access tokens are checked with */
        get: operations["getKeySet"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/internal/students/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The name, address and language of a student, to write to */
        get: operations["getStudent"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/internal/account-mails/{requestId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the mail that an account event asks for needs */
        get: operations["getAccountMail"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/signup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask for an account; a mail has the link that makes it */
        post: operations["signUp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/verify-email": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Use the link of a mail that confirms an address */
        post: operations["verifyEmail"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Exchange a refresh token, in the body or the cookie, for new tokens */
        post: operations["refresh"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/signout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End the session of a refresh token, in the body or the cookie */
        post: operations["signOut"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller's sessions, the last used one first */
        get: operations["listSessions"];
        put?: never;
        post?: never;
        /** End the caller's sessions but the current one */
        delete: operations["endOtherSessions"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/sessions/{sessionId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End one of the caller's sessions */
        delete: operations["endSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller's own account */
        get: operations["getMe"];
        put?: never;
        post?: never;
        /** Erase the caller's account and everything that tells whose it was, for good */
        delete: operations["eraseMe"];
        options?: never;
        head?: never;
        /** Change the caller's name, language or mails about courses, or ask for another address */
        patch: operations["updateMe"];
        trace?: never;
    };
    "/api/me/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Change the caller's password, which ends all other sessions */
        post: operations["changePassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Everything that is stored about the caller, by all services */
        get: operations["exportMe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/password-reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask for a mail with a link to choose another password */
        post: operations["requestPasswordReset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/password-reset/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Choose another password by the link of a mail, which ends all sessions */
        post: operations["confirmPasswordReset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/enrollments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller's enrolments, newest first */
        get: operations["listEnrollments"];
        put?: never;
        /** Enrol in a course, also after leaving it; again answers with the same enrolment */
        post: operations["enroll"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/enrollments/{courseId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller's enrolment in a course */
        get: operations["getEnrollment"];
        put?: never;
        post?: never;
        /** Leave a course */
        delete: operations["leaveCourse"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/enrollments/{courseId}/progress": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Say how far the caller has come; a lower value changes nothing */
        patch: operations["setProgress"];
        trace?: never;
    };
    "/internal/enrollments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The enrolments of some age that nobody has left, in the order of their ids */
        get: operations["listRecentEnrollments"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/enrollments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Enrol each student in each course, private ones too; one result a pair, and none undoes another */
        post: operations["assignCourses"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/subscriptions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask for news about courses; a mail has the link that confirms it */
        post: operations["subscribe"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/subscriptions/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Use the link of a mail that confirms that news are wanted */
        post: operations["confirmSubscriptions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/subscriptions/unsubscribe": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End the mails that a link to unsubscribe is for, also those to an account; again changes nothing */
        post: operations["unsubscribe"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/internal/recipients": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who gets news about a course, everybody once; a page may be short or empty and still have a next one */
        get: operations["listRecipients"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/internal/recipients/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The name, address and language of somebody who gets news about a course */
        get: operations["getRecipient"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/tenant": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller's tenant */
        get: operations["getTenant"];
        /** Replace what the caller's tenant shows of itself */
        put: operations["replaceTenant"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/internal/tenants/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a mail or a page of a tenant shows of it */
        get: operations["getTenantById"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The accounts of the caller's tenant, newest first */
        get: operations["listUsers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Set the roles of an account, or disable or enable it */
        patch: operations["changeUser"];
        trace?: never;
    };
    "/api/admin/users/{id}/verification": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send the mail to confirm the address of an account once more */
        post: operations["resendVerification"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/users/{id}/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What admins and operators have changed about an account, latest first */
        get: operations["listUserChanges"];
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
         *       "status": "accepted"
         *     }
         */
        Accepted: {
            /** @constant */
            status: "accepted";
        };
        /**
         * @example {
         *       "token": "eyJhbGciOiJFUzI1NiJ9.…",
         *       "expiresIn": 900
         *     }
         */
        AccessToken: {
            token: string;
            /** @description Seconds */
            expiresIn: number;
        };
        /**
         * @example {
         *       "id": "usr_1",
         *       "email": "ada@example.com",
         *       "name": "Ada Lovelace",
         *       "locale": "en",
         *       "roles": [
         *         "student"
         *       ],
         *       "verified": true,
         *       "courseNews": true,
         *       "courseChanges": true
         *     }
         */
        Account: {
            id: string;
            email: string;
            name: string;
            locale: string;
            roles: ("student" | "editor" | "admin")[];
            /** @description Whether the address is confirmed */
            verified: boolean;
            /** @description Whether mails tell of a published course that the person is enrolled in */
            courseNews: boolean;
            /** @description Whether mails tell of a new version of such a course */
            courseChanges: boolean;
        };
        AccountChanged: {
            /** @constant */
            status?: 409;
            /** @constant */
            code?: "account.changed";
        } & components["schemas"]["Problem"];
        /**
         * @example {
         *       "name": "Ada King"
         *     }
         */
        AccountChangesInput: {
            name?: string;
            /**
             * @example de
             * @example de-AT
             * @example en
             */
            locale?: string;
            courseNews?: boolean;
            courseChanges?: boolean;
            /**
             * Format: email
             * @description Counts when the link in the mail to it was opened
             */
            email?: string;
            /** @description Needed with email */
            currentPassword?: string;
        };
        AccountDisabled: {
            /** @constant */
            status?: 403;
            /** @constant */
            code?: "account.disabled";
        } & components["schemas"]["Problem"];
        AccountGone: {
            /** @constant */
            status?: 401;
            /** @constant */
            code?: "account.gone";
        } & components["schemas"]["Problem"];
        AccountLastAdmin: {
            /** @constant */
            status?: 409;
            /** @constant */
            code?: "account.last-admin";
        } & components["schemas"]["Problem"];
        /**
         * @example {
         *       "purpose": "verification",
         *       "accountId": "usr_1",
         *       "name": "Ada Lovelace",
         *       "email": "ada@example.com",
         *       "locale": "en",
         *       "token": "AZrM…",
         *       "expiresAt": "2026-03-03T09:30:00.000000Z"
         *     }
         */
        AccountMail: {
            /** @enum {string} */
            purpose: "verification" | "signup_repeated" | "password_reset" | "password_changed" | "address_change" | "address_changed" | "news_confirmation";
            accountId: string;
            name: string;
            /** @description The address that the mail goes to, which need not be that of the account */
            email: string;
            locale: string;
            /** @description For the link in the mail; null if it has none */
            token: string | null;
            /** Format: date-time */
            expiresAt: string;
        };
        AccountMailEnded: {
            /** @constant */
            status?: 410;
            /** @constant */
            code?: "account-mail.ended";
        } & components["schemas"]["Problem"];
        AccountMailNotFound: {
            /** @constant */
            status?: 404;
            /** @constant */
            code?: "account-mail.not-found";
        } & components["schemas"]["Problem"];
        AccountOwn: {
            /** @constant */
            status?: 409;
            /** @constant */
            code?: "account.own";
        } & components["schemas"]["Problem"];
        AccountUnverified: {
            /** @constant */
            status?: 403;
            /** @constant */
            code?: "account.unverified";
        } & components["schemas"]["Problem"];
        /**
         * @description Each student and each course, at most 1000 pairs
         * @example {
         *       "studentIds": [
         *         "usr_1",
         *         "usr_2"
         *       ],
         *       "courseIds": [
         *         "course_1"
         *       ],
         *       "source": "gift"
         *     }
         */
        AssignmentInput: {
            studentIds: string[];
            courseIds: string[];
            /** @enum {string} */
            source: "gift" | "admin";
        };
        /**
         * @example {
         *       "results": [
         *         {
         *           "studentId": "usr_1",
         *           "courseId": "course_1",
         *           "status": 201
         *         },
         *         {
         *           "studentId": "usr_2",
         *           "courseId": "course_1",
         *           "status": 404,
         *           "code": "student.not-found"
         *         }
         *       ]
         *     }
         */
        Assignments: {
            results: {
                studentId: string;
                courseId: string;
                /** @description 201 enrolled, 200 enrolled already, any other refused */
                status: number;
                /**
                 * @description Why it was refused
                 * @enum {string}
                 */
                code?: "student.not-found" | "student.gone" | "account.disabled" | "account.unverified" | "course.not-found" | "tenant.forbidden" | "service.unavailable" | "server.error";
            }[];
        };
        AttemptsTooMany: {
            /** @constant */
            status?: 429;
            /** @constant */
            code?: "attempts.too-many";
        } & components["schemas"]["Problem"];
        BodyTooLarge: {
            /** @constant */
            status?: 413;
            /** @constant */
            code?: "body.too-large";
        } & components["schemas"]["Problem"];
        /**
         * @example {
         *       "clientId": "email-worker",
         *       "clientSecret": "…",
         *       "tenantId": "acme"
         *     }
         */
        ClientCredentialsInput: {
            /**
             * id
             * @description 1–128 characters, none of them a control character; not a dot segment
             */
            clientId: string;
            clientSecret: string;
            /**
             * id
             * @description 1–128 characters, none of them a control character; not a dot segment
             */
            tenantId: string;
        };
        ClientInvalid: {
            /** @constant */
            status?: 401;
            /** @constant */
            code?: "client.invalid";
        } & components["schemas"]["Problem"];
        CourseNotFound: {
            /** @constant */
            status?: 404;
            /** @constant */
            code?: "course.not-found";
        } & components["schemas"]["Problem"];
        /**
         * @example {
         *       "email": "ada@example.com",
         *       "password": "correct horse battery staple"
         *     }
         */
        CredentialsInput: {
            email: string;
            password: string;
        };
        CredentialsInvalid: {
            /** @constant */
            status?: 401;
            /** @constant */
            code?: "credentials.invalid";
        } & components["schemas"]["Problem"];
        /**
         * @example {
         *       "id": "enr_019acc3e-5b1f-7d6a-9c58-2f0e4a7b1d33",
         *       "userId": "usr_1",
         *       "courseId": "course_1",
         *       "enrollmentType": "free",
         *       "enrolledAt": "2026-03-02T09:30:00.000000Z",
         *       "progress": 0,
         *       "completed": false,
         *       "paymentStatus": "free",
         *       "source": "manual",
         *       "createdAt": "2026-03-02T09:30:00.000000Z",
         *       "updatedAt": "2026-03-02T09:30:00.000000Z"
         *     }
         */
        Enrollment: {
            id: string;
            userId: string;
            courseId: string;
            /** @enum {string} */
            enrollmentType: "free" | "paid";
            /** Format: date-time */
            enrolledAt: string;
            /** @description Percent */
            progress: number;
            completed: boolean;
            /** @enum {string} */
            paymentStatus: "free" | "pending" | "paid";
            /** @enum {string} */
            source: "manual" | "auto" | "gift" | "admin";
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            updatedAt: string;
        };
        EnrollmentNotFound: {
            /** @constant */
            status?: 404;
            /** @constant */
            code?: "enrollment.not-found";
        } & components["schemas"]["Problem"];
        /**
         * @example {
         *       "items": [
         *         {
         *           "id": "enr_019acc3e-5b1f-7d6a-9c58-2f0e4a7b1d33",
         *           "userId": "usr_1",
         *           "courseId": "course_1",
         *           "enrollmentType": "free",
         *           "enrolledAt": "2026-03-02T09:30:00.000000Z",
         *           "progress": 0,
         *           "completed": false,
         *           "paymentStatus": "free",
         *           "source": "manual",
         *           "createdAt": "2026-03-02T09:30:00.000000Z",
         *           "updatedAt": "2026-03-02T09:30:00.000000Z"
         *         }
         *       ],
         *       "nextCursor": null
         *     }
         */
        EnrollmentPage: {
            items: components["schemas"]["Enrollment"][];
            nextCursor: string | null;
        };
        /**
         * @example {
         *       "password": "correct horse"
         *     }
         */
        ErasureInput: {
            password: string;
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
        InvalidPart: {
            /** @description body, querystring, params or headers */
            in: string;
            /** @description The path of the invalid value */
            pointer: string;
            /** @description What is wrong with the value */
            message: string;
        };
        /**
         * @description A JSON Web Key Set (RFC 7517)
         * @example {
         *       "keys": [
         *         {
         *           "kty": "EC",
         *           "crv": "P-256",
         *           "x": "…",
         *           "y": "…",
         *           "kid": "…",
         *           "alg": "ES256",
         *           "use": "sig"
         *         }
         *       ]
         *     }
         */
        KeySet: {
            keys: {
                [key: string]: unknown;
            }[];
        };
        /**
         * @example {
         *       "reason": "no_time"
         *     }
         */
        LeavingInput: {
            /** @enum {string} */
            reason: "no_time" | "wrong_course" | "too_hard" | "too_easy" | "other";
            /** @description Only for the people who run the course: no event has it */
            comment?: string;
        };
        LinkInvalid: {
            /** @constant */
            status?: 410;
            /** @constant */
            code?: "link.invalid";
        } & components["schemas"]["Problem"];
        /**
         * @example {
         *       "token": "AZrM…"
         *     }
         */
        LinkTokenInput: {
            /** @description What follows #token= in the link of a mail */
            token: string;
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
         *       "distributionId": "dist_1",
         *       "ctaType": "primary_button"
         *     }
         */
        NewEnrollmentInput: {
            /**
             * id
             * @description 1–128 characters, none of them a control character; not a dot segment
             */
            courseId: string;
            /**
             * @default manual
             * @enum {string}
             */
            source?: "manual" | "auto";
            /**
             * id
             * @description The distribution whose page the student enrols from
             */
            distributionId?: string;
            /**
             * id
             * @description The call to action on that page
             */
            ctaType?: string;
        };
        /**
         * @example {
         *       "token": "AZrM…",
         *       "password": "battery staple"
         *     }
         */
        NewPasswordInput: {
            /** @description What follows #token= in the link of a mail */
            token: string;
            /** @description Any 8 to 128 characters but a password that many people use */
            password: string;
        };
        /**
         * @example {
         *       "progress": 40
         *     }
         */
        NewProgressInput: {
            /** @description Percent */
            progress: number;
        };
        /**
         * @example {
         *       "email": "ada@example.com",
         *       "targetGroups": [
         *         "beginners"
         *       ],
         *       "locale": "en"
         *     }
         */
        NewSubscriptionsInput: {
            /** Format: email */
            email: string;
            /**
             * @description New courses for these
             * @default []
             */
            targetGroups?: string[];
            /**
             * id
             * @description This course
             */
            courseId?: string;
            /**
             * @description The language of the mails; by default that of the tenant
             * @example de
             * @example de-AT
             * @example en
             */
            locale?: string;
        };
        /**
         * @example {
         *       "token": "AZrM…"
         *     }
         */
        NewsTokenInput: {
            /** @description What follows #token= in the link of a mail */
            token: string;
        };
        OriginForbidden: {
            /** @constant */
            status?: 403;
            /** @constant */
            code?: "origin.forbidden";
        } & components["schemas"]["Problem"];
        /**
         * @example {
         *       "currentPassword": "correct horse",
         *       "newPassword": "battery staple"
         *     }
         */
        PasswordChangeInput: {
            currentPassword: string;
            /** @description Any 8 to 128 characters but a password that many people use */
            newPassword: string;
        };
        /**
         * @example {
         *       "email": "ada@example.com"
         *     }
         */
        PasswordResetInput: {
            email: string;
        };
        PasswordWrong: {
            /** @constant */
            status?: 403;
            /** @constant */
            code?: "password.wrong";
        } & components["schemas"]["Problem"];
        /**
         * @example {
         *       "exportedAt": "2026-03-02T09:30:00.000000Z",
         *       "account": {
         *         "id": "usr_1",
         *         "email": "ada@example.com",
         *         "name": "Ada Lovelace",
         *         "locale": "en",
         *         "roles": [
         *           "student"
         *         ],
         *         "courseNews": true,
         *         "courseChanges": true,
         *         "verifiedAt": "2026-03-02T09:30:00.000000Z",
         *         "createdAt": "2026-03-02T09:30:00.000000Z",
         *         "updatedAt": "2026-03-02T09:30:00.000000Z"
         *       },
         *       "sessions": [],
         *       "enrollments": [],
         *       "requests": [],
         *       "subscriptions": [],
         *       "changes": [],
         *       "changesMade": [],
         *       "services": {
         *         "email-worker": {
         *           "mails": []
         *         }
         *       }
         *     }
         */
        PersonalData: {
            /** Format: date-time */
            exportedAt: string;
            account: {
                id: string;
                email: string | null;
                name: string | null;
                locale: string | null;
                roles: ("student" | "editor" | "admin")[];
                courseNews: boolean;
                courseChanges: boolean;
                verifiedAt: string | null;
                /** Format: date-time */
                createdAt: string;
                /** Format: date-time */
                updatedAt: string;
            };
            sessions: {
                id: string;
                browser: string | null;
                system: string | null;
                /** Format: date-time */
                createdAt: string;
                /** Format: date-time */
                lastUsedAt: string;
                /** Format: date-time */
                expiresAt: string;
            }[];
            enrollments: {
                id: string;
                courseId: string;
                /** @enum {string} */
                enrollmentType: "free" | "paid";
                /** Format: date-time */
                enrolledAt: string;
                /** @description Percent */
                progress: number;
                completed: boolean;
                /** @enum {string} */
                paymentStatus: "free" | "pending" | "paid";
                /** @enum {string} */
                source: "manual" | "auto" | "gift" | "admin";
                /** Format: date-time */
                createdAt: string;
                /** Format: date-time */
                updatedAt: string;
                activation: number;
                distributionId: string | null;
                ctaType: string | null;
                cancelledAt: string | null;
                cancellationReason: ("no_time" | "wrong_course" | "too_hard" | "too_easy" | "other") | null;
                cancellationComment: string | null;
            }[];
            /** @description The mails about the account that were asked for */
            requests: {
                id: string;
                /** @enum {string} */
                purpose: "verification" | "signup_repeated" | "password_reset" | "password_changed" | "address_change" | "address_changed" | "news_confirmation";
                email: string;
                name: string;
                locale: string;
                pendingEnrollmentCourseId: string | null;
                subscriptions: {
                    /** @enum {string} */
                    kind: "target_group" | "course";
                    value: string;
                }[] | null;
                /** Format: date-time */
                createdAt: string;
                /** Format: date-time */
                expiresAt: string;
                endedAt: string | null;
            }[];
            /** @description The news that the address of the account has subscribed to */
            subscriptions: {
                /** @enum {string} */
                kind: "target_group" | "course";
                value: string;
                subscriberId: string;
                email: string;
                locale: string;
                /** Format: date-time */
                confirmedAt: string;
            }[];
            /** @description What admins and operators have changed about the account */
            changes: {
                accountId: string;
                changedBy: string;
                change: {
                    roles?: {
                        from: ("student" | "editor" | "admin")[];
                        to: ("student" | "editor" | "admin")[];
                    };
                    disabled?: boolean;
                    /** @description Other fields that an operator has set */
                    fields?: string[];
                    /** @constant */
                    verificationSent?: true;
                };
                /** Format: date-time */
                changedAt: string;
            }[];
            /** @description What the person has changed about accounts as an admin */
            changesMade: {
                accountId: string;
                changedBy: string;
                change: {
                    roles?: {
                        from: ("student" | "editor" | "admin")[];
                        to: ("student" | "editor" | "admin")[];
                    };
                    disabled?: boolean;
                    /** @description Other fields that an operator has set */
                    fields?: string[];
                    /** @constant */
                    verificationSent?: true;
                };
                /** Format: date-time */
                changedAt: string;
            }[];
            /** @description What other services store, by their names */
            services: {
                [key: string]: {
                    [key: string]: unknown;
                };
            };
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
            code: "request.invalid" | "credentials.invalid" | "body.too-large" | "media-type.unsupported" | "attempts.too-many" | "server.error" | "service.unavailable" | "client.invalid" | "tenant.forbidden" | "token.invalid" | "role.insufficient" | "student.not-found" | "student.gone" | "scope.insufficient" | "account-mail.not-found" | "account-mail.ended" | "tenant.not-found" | "link.invalid" | "session.ended" | "account.disabled" | "origin.forbidden" | "account.gone" | "session.not-found" | "password.wrong" | "account.changed" | "account.last-admin" | "account.unverified" | "course.not-found" | "enrollment.not-found" | "recipient.not-found" | "recipient.gone" | "if-match.stale" | "sender.not-allowed" | "if-match.missing" | "user.not-found" | "account.own" | "verification.not-needed";
            /** @description The requested path */
            instance: string;
            /** @description The id of the request in the log of the service */
            requestId: string;
            /** @description The id of its trace (W3C), if it has one */
            traceId?: string;
            /** @description The invalid parts of the request */
            errors?: components["schemas"]["InvalidPart"][];
        };
        /**
         * @example {
         *       "id": "enr_019acc3e-5b1f-7d6a-9c58-2f0e4a7b1d33",
         *       "studentId": "usr_1",
         *       "courseId": "course_1",
         *       "activation": 1
         *     }
         */
        RecentEnrollment: {
            id: string;
            studentId: string;
            courseId: string;
            activation: number;
        };
        /**
         * @example {
         *       "items": [
         *         {
         *           "id": "enr_019acc3e-5b1f-7d6a-9c58-2f0e4a7b1d33",
         *           "studentId": "usr_1",
         *           "courseId": "course_1",
         *           "activation": 1
         *         }
         *       ],
         *       "nextCursor": null
         *     }
         */
        RecentEnrollmentPage: {
            items: components["schemas"]["RecentEnrollment"][];
            nextCursor: string | null;
        };
        /**
         * @example {
         *       "id": "usr_1",
         *       "name": "Ada Lovelace",
         *       "email": "ada@example.com",
         *       "locale": "en",
         *       "unsubscribeToken": "7QmX…"
         *     }
         */
        Recipient: {
            id: string;
            /** @description Null if the recipient has no account */
            name: string | null;
            email: string;
            locale: string;
            /** @description For the link that ends mails of this kind. It has no end */
            unsubscribeToken: string;
        };
        RecipientGone: {
            /** @constant */
            status?: 410;
            /** @constant */
            code?: "recipient.gone";
        } & components["schemas"]["Problem"];
        /**
         * @example {
         *       "id": "sub_019acc3e-5b1f-7d6a-9c58-2f0e4a7b1d33"
         *     }
         */
        RecipientId: {
            id: string;
        };
        /**
         * @example {
         *       "items": [
         *         {
         *           "id": "sub_019acc3e-5b1f-7d6a-9c58-2f0e4a7b1d33"
         *         }
         *       ],
         *       "nextCursor": null
         *     }
         */
        RecipientIdPage: {
            items: components["schemas"]["RecipientId"][];
            nextCursor: string | null;
        };
        RecipientNotFound: {
            /** @constant */
            status?: 404;
            /** @constant */
            code?: "recipient.not-found";
        } & components["schemas"]["Problem"];
        /**
         * @example {
         *       "refreshToken": "x3Vb…"
         *     }
         */
        RefreshTokenInput: {
            refreshToken?: string;
        } | null;
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
        ScopeInsufficient: {
            /** @constant */
            status?: 403;
            /** @constant */
            code?: "scope.insufficient";
        } & components["schemas"]["Problem"];
        SenderNotAllowed: {
            /** @constant */
            status?: 422;
            /** @constant */
            code?: "sender.not-allowed";
        } & components["schemas"]["Problem"];
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
        /**
         * @example {
         *       "id": "0b9d7c1e-0c5e-4a50-a3f5-6f2d1d4f8c11",
         *       "browser": "Firefox",
         *       "system": "Windows",
         *       "firstUsedAt": "2026-03-02T09:30:00.000000Z",
         *       "lastUsedAt": "2026-03-04T17:05:12.345678Z",
         *       "current": true
         *     }
         */
        Session: {
            id: string;
            browser: string | null;
            system: string | null;
            /** Format: date-time */
            firstUsedAt: string;
            /** Format: date-time */
            lastUsedAt: string;
            /** @description Whether the access token is of this session */
            current: boolean;
        };
        SessionEnded: {
            /** @constant */
            status?: 401;
            /** @constant */
            code?: "session.ended";
        } & components["schemas"]["Problem"];
        /**
         * @example {
         *       "items": [
         *         {
         *           "id": "0b9d7c1e-0c5e-4a50-a3f5-6f2d1d4f8c11",
         *           "browser": "Firefox",
         *           "system": "Windows",
         *           "firstUsedAt": "2026-03-02T09:30:00.000000Z",
         *           "lastUsedAt": "2026-03-04T17:05:12.345678Z",
         *           "current": true
         *         }
         *       ],
         *       "nextCursor": null
         *     }
         */
        SessionList: {
            items: components["schemas"]["Session"][];
            /** @description There are at most 100 */
            nextCursor: null;
        };
        SessionNotFound: {
            /** @constant */
            status?: 404;
            /** @constant */
            code?: "session.not-found";
        } & components["schemas"]["Problem"];
        /**
         * @example {
         *       "token": "eyJhbGciOiJFUzI1NiJ9.…",
         *       "expiresIn": 900,
         *       "refreshToken": "x3Vb…"
         *     }
         */
        SignedIn: {
            token: string;
            /** @description Seconds */
            expiresIn: number;
            /** @description Absent if it is in a cookie */
            refreshToken?: string;
        };
        /**
         * @example {
         *       "email": "ada@example.com",
         *       "password": "correct horse battery staple",
         *       "name": "Ada Lovelace",
         *       "locale": "en",
         *       "pendingEnrollmentCourseId": "course_1"
         *     }
         */
        SignupInput: {
            /** Format: email */
            email: string;
            /** @description Any 8 to 128 characters but a password that many people use */
            password: string;
            name: string;
            /**
             * @description The language of mails and pages; by default that of the tenant
             * @example de
             * @example de-AT
             * @example en
             */
            locale?: string;
            /**
             * id
             * @description The course to enrol in, given back by verifyEmail
             */
            pendingEnrollmentCourseId?: string;
        };
        /**
         * @example {
         *       "id": "usr_1",
         *       "name": "Ada Lovelace",
         *       "email": "ada@example.com",
         *       "locale": "en"
         *     }
         */
        Student: {
            id: string;
            name: string;
            email: string;
            locale: string;
        };
        StudentGone: {
            /** @constant */
            status?: 410;
            /** @constant */
            code?: "student.gone";
        } & components["schemas"]["Problem"];
        StudentNotFound: {
            /** @constant */
            status?: 404;
            /** @constant */
            code?: "student.not-found";
        } & components["schemas"]["Problem"];
        /**
         * @example {
         *       "email": "ada@example.com",
         *       "targetGroups": [
         *         "beginners"
         *       ],
         *       "courseIds": []
         *     }
         */
        Subscriptions: {
            email: string;
            targetGroups: string[];
            courseIds: string[];
        };
        /**
         * @example {
         *       "id": "acme",
         *       "name": "Acme Academy",
         *       "timeZone": "Europe/Berlin",
         *       "locale": "de",
         *       "colors": {
         *         "accent": "#0a5c36",
         *         "onAccent": "#ffffff"
         *       },
         *       "logoUrl": "https://acme.example/logo.png",
         *       "sender": "Acme Academy <academy@acme.example>",
         *       "replyTo": "help@acme.example",
         *       "postalAddress": "Acme GmbH\nMoosweg 1\n10115 Berlin",
         *       "updatedAt": "2026-03-02T09:30:00.000000Z"
         *     }
         */
        Tenant: {
            id: string;
            name: string;
            timeZone: string;
            /** @description The language of people who choose none */
            locale: string;
            colors: {
                accent: string;
                onAccent: string;
            } | null;
            logoUrl: string | null;
            /** @description One of EMAIL_SENDERS; null means EMAIL_FROM */
            sender: string | null;
            replyTo: string | null;
            postalAddress: string | null;
            /** Format: date-time */
            updatedAt: string;
        };
        TenantForbidden: {
            /** @constant */
            status?: 403;
            /** @constant */
            code?: "tenant.forbidden";
        } & components["schemas"]["Problem"];
        TenantNotFound: {
            /** @constant */
            status?: 404;
            /** @constant */
            code?: "tenant.not-found";
        } & components["schemas"]["Problem"];
        /**
         * @example {
         *       "name": "Acme Academy",
         *       "timeZone": "Europe/Berlin",
         *       "locale": "de",
         *       "colors": {
         *         "accent": "#0a5c36",
         *         "onAccent": "#ffffff"
         *       },
         *       "logoUrl": "https://acme.example/logo.png",
         *       "sender": "Acme Academy <academy@acme.example>",
         *       "replyTo": "help@acme.example",
         *       "postalAddress": "Acme GmbH\nMoosweg 1\n10115 Berlin"
         *     }
         */
        TenantSettingsInput: {
            name: string;
            timeZone: string;
            /**
             * @example de
             * @example de-AT
             * @example en
             */
            locale: string;
            colors: {
                accent: string;
                onAccent: string;
            } | null;
            logoUrl: string | null;
            sender: string | null;
            replyTo: string | null;
            postalAddress: string | null;
        };
        TokenInvalid: {
            /** @constant */
            status?: 401;
            /** @constant */
            code?: "token.invalid";
        } & components["schemas"]["Problem"];
        /**
         * @example {
         *       "token": "7QmX…"
         *     }
         */
        UnsubscriptionInput: {
            /** @description What follows /unsubscribe/ in the link of a mail */
            token: string;
        };
        /**
         * @example {
         *       "id": "usr_1",
         *       "email": "ada@example.com",
         *       "name": "Ada Lovelace",
         *       "locale": "en",
         *       "roles": [
         *         "student"
         *       ],
         *       "status": "active",
         *       "createdAt": "2026-03-02T09:30:00.000000Z"
         *     }
         */
        User: {
            id: string;
            email: string;
            name: string;
            locale: string;
            roles: ("student" | "editor" | "admin")[];
            /**
             * @description pending: somebody has signed up and not confirmed the address yet
             * @enum {string}
             */
            status: "active" | "unverified" | "disabled" | "pending";
            /** Format: date-time */
            createdAt: string;
        };
        /**
         * @example {
         *       "id": "019acc3e-5b1f-7d6a-9c58-2f0e4a7b1d33",
         *       "changedBy": "usr_2",
         *       "changedAt": "2026-03-02T09:30:00.000000Z",
         *       "change": {
         *         "roles": {
         *           "from": [
         *             "student"
         *           ],
         *           "to": [
         *             "student",
         *             "editor"
         *           ]
         *         }
         *       }
         *     }
         */
        UserChange: {
            id: string;
            /** @description The id of the admin, or operator */
            changedBy: string;
            /** Format: date-time */
            changedAt: string;
            change: {
                roles?: {
                    from: ("student" | "editor" | "admin")[];
                    to: ("student" | "editor" | "admin")[];
                };
                disabled?: boolean;
                /** @description Other fields that an operator has set */
                fields?: string[];
                /** @constant */
                verificationSent?: true;
            };
        };
        /**
         * @example {
         *       "items": [
         *         {
         *           "id": "019acc3e-5b1f-7d6a-9c58-2f0e4a7b1d33",
         *           "changedBy": "usr_2",
         *           "changedAt": "2026-03-02T09:30:00.000000Z",
         *           "change": {
         *             "roles": {
         *               "from": [
         *                 "student"
         *               ],
         *               "to": [
         *                 "student",
         *                 "editor"
         *               ]
         *             }
         *           }
         *         }
         *       ],
         *       "nextCursor": null
         *     }
         */
        UserChangePage: {
            items: components["schemas"]["UserChange"][];
            nextCursor: string | null;
        };
        UserNotFound: {
            /** @constant */
            status?: 404;
            /** @constant */
            code?: "user.not-found";
        } & components["schemas"]["Problem"];
        /**
         * @example {
         *       "items": [
         *         {
         *           "id": "usr_1",
         *           "email": "ada@example.com",
         *           "name": "Ada Lovelace",
         *           "locale": "en",
         *           "roles": [
         *             "student"
         *           ],
         *           "status": "active",
         *           "createdAt": "2026-03-02T09:30:00.000000Z"
         *         }
         *       ],
         *       "nextCursor": null
         *     }
         */
        UserPage: {
            items: components["schemas"]["User"][];
            nextCursor: string | null;
        };
        /**
         * @example {
         *       "disabled": true
         *     }
         */
        UserSettingsInput: {
            roles?: ("student" | "editor" | "admin")[];
            disabled?: boolean;
        };
        VerificationNotNeeded: {
            /** @constant */
            status?: 409;
            /** @constant */
            code?: "verification.not-needed";
        } & components["schemas"]["Problem"];
        /**
         * @example {
         *       "email": "ada@example.com",
         *       "pendingEnrollmentCourseId": "course_1"
         *     }
         */
        VerifiedAddress: {
            email: string;
            pendingEnrollmentCourseId: string | null;
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
        /** @description Unauthorized (credentials.invalid) */
        CredentialsInvalid: {
            headers: {
                /** @description The authentication scheme: Bearer */
                "WWW-Authenticate"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["CredentialsInvalid"];
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
        /** @description Too Many Requests (attempts.too-many) */
        AttemptsTooMany: {
            headers: {
                /** @description How many seconds to wait */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["AttemptsTooMany"];
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
        /** @description Unauthorized (client.invalid) */
        ClientInvalid: {
            headers: {
                /** @description The authentication scheme: Bearer */
                "WWW-Authenticate"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ClientInvalid"];
            };
        };
        /** @description Forbidden (tenant.forbidden) */
        TenantForbidden: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["TenantForbidden"];
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
        /** @description Not Found (student.not-found) */
        StudentNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["StudentNotFound"];
            };
        };
        /** @description Gone (student.gone) */
        StudentGone: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["StudentGone"];
            };
        };
        /** @description Forbidden (role.insufficient, scope.insufficient) */
        RoleInsufficientOrScopeInsufficient: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["RoleInsufficient"] | components["schemas"]["ScopeInsufficient"];
            };
        };
        /** @description Not Found (account-mail.not-found) */
        AccountMailNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["AccountMailNotFound"];
            };
        };
        /** @description Gone (account-mail.ended) */
        AccountMailEnded: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["AccountMailEnded"];
            };
        };
        /** @description Not Found (tenant.not-found) */
        TenantNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["TenantNotFound"];
            };
        };
        /** @description Gone (link.invalid) */
        LinkInvalid: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["LinkInvalid"];
            };
        };
        /** @description Unauthorized (session.ended) */
        SessionEnded: {
            headers: {
                /** @description The authentication scheme: Bearer */
                "WWW-Authenticate"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["SessionEnded"];
            };
        };
        /** @description Forbidden (account.disabled, origin.forbidden) */
        AccountDisabledOrOriginForbidden: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["AccountDisabled"] | components["schemas"]["OriginForbidden"];
            };
        };
        /** @description Forbidden (origin.forbidden) */
        OriginForbidden: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["OriginForbidden"];
            };
        };
        /** @description Unauthorized (token.invalid, account.gone) */
        TokenInvalidOrAccountGone: {
            headers: {
                /** @description The authentication scheme: Bearer */
                "WWW-Authenticate"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["TokenInvalid"] | components["schemas"]["AccountGone"];
            };
        };
        /** @description Forbidden (role.insufficient, account.disabled) */
        RoleInsufficientOrAccountDisabled: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["RoleInsufficient"] | components["schemas"]["AccountDisabled"];
            };
        };
        /** @description Not Found (session.not-found) */
        SessionNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["SessionNotFound"];
            };
        };
        /** @description Forbidden (role.insufficient, account.disabled, password.wrong) */
        RoleInsufficientOrAccountDisabledOrPasswordWrong: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["RoleInsufficient"] | components["schemas"]["AccountDisabled"] | components["schemas"]["PasswordWrong"];
            };
        };
        /** @description Conflict (account.changed, account.last-admin) */
        AccountChangedOrAccountLastAdmin: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["AccountChanged"] | components["schemas"]["AccountLastAdmin"];
            };
        };
        /** @description Forbidden (role.insufficient, account.unverified, account.disabled, tenant.forbidden) */
        RoleInsufficientOrAccountUnverifiedOrAccountDisabledOrTenantForbidden: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["RoleInsufficient"] | components["schemas"]["AccountUnverified"] | components["schemas"]["AccountDisabled"] | components["schemas"]["TenantForbidden"];
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
        /** @description Not Found (enrollment.not-found) */
        EnrollmentNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["EnrollmentNotFound"];
            };
        };
        /** @description Forbidden (role.insufficient, tenant.forbidden) */
        RoleInsufficientOrTenantForbidden: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["RoleInsufficient"] | components["schemas"]["TenantForbidden"];
            };
        };
        /** @description Not Found (recipient.not-found) */
        RecipientNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["RecipientNotFound"];
            };
        };
        /** @description Gone (recipient.gone) */
        RecipientGone: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["RecipientGone"];
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
        /** @description Unprocessable Entity (sender.not-allowed) */
        SenderNotAllowed: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["SenderNotAllowed"];
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
        /** @description Not Found (user.not-found) */
        UserNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["UserNotFound"];
            };
        };
        /** @description Conflict (account.own) */
        AccountOwn: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["AccountOwn"];
            };
        };
        /** @description Conflict (verification.not-needed) */
        VerificationNotNeeded: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["VerificationNotNeeded"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type Accepted = components['schemas']['Accepted'];
export type AccessToken = components['schemas']['AccessToken'];
export type Account = components['schemas']['Account'];
export type AccountChanged = components['schemas']['AccountChanged'];
export type AccountChangesInput = components['schemas']['AccountChangesInput'];
export type AccountDisabled = components['schemas']['AccountDisabled'];
export type AccountGone = components['schemas']['AccountGone'];
export type AccountLastAdmin = components['schemas']['AccountLastAdmin'];
export type AccountMail = components['schemas']['AccountMail'];
export type AccountMailEnded = components['schemas']['AccountMailEnded'];
export type AccountMailNotFound = components['schemas']['AccountMailNotFound'];
export type AccountOwn = components['schemas']['AccountOwn'];
export type AccountUnverified = components['schemas']['AccountUnverified'];
export type AssignmentInput = components['schemas']['AssignmentInput'];
export type Assignments = components['schemas']['Assignments'];
export type AttemptsTooMany = components['schemas']['AttemptsTooMany'];
export type BodyTooLarge = components['schemas']['BodyTooLarge'];
export type ClientCredentialsInput = components['schemas']['ClientCredentialsInput'];
export type ClientInvalid = components['schemas']['ClientInvalid'];
export type CourseNotFound = components['schemas']['CourseNotFound'];
export type CredentialsInput = components['schemas']['CredentialsInput'];
export type CredentialsInvalid = components['schemas']['CredentialsInvalid'];
export type Enrollment = components['schemas']['Enrollment'];
export type EnrollmentNotFound = components['schemas']['EnrollmentNotFound'];
export type EnrollmentPage = components['schemas']['EnrollmentPage'];
export type ErasureInput = components['schemas']['ErasureInput'];
export type IfMatchMissing = components['schemas']['IfMatchMissing'];
export type IfMatchStale = components['schemas']['IfMatchStale'];
export type InvalidPart = components['schemas']['InvalidPart'];
export type KeySet = components['schemas']['KeySet'];
export type LeavingInput = components['schemas']['LeavingInput'];
export type LinkInvalid = components['schemas']['LinkInvalid'];
export type LinkTokenInput = components['schemas']['LinkTokenInput'];
export type MediaTypeUnsupported = components['schemas']['MediaTypeUnsupported'];
export type NewEnrollmentInput = components['schemas']['NewEnrollmentInput'];
export type NewPasswordInput = components['schemas']['NewPasswordInput'];
export type NewProgressInput = components['schemas']['NewProgressInput'];
export type NewSubscriptionsInput = components['schemas']['NewSubscriptionsInput'];
export type NewsTokenInput = components['schemas']['NewsTokenInput'];
export type OriginForbidden = components['schemas']['OriginForbidden'];
export type PasswordChangeInput = components['schemas']['PasswordChangeInput'];
export type PasswordResetInput = components['schemas']['PasswordResetInput'];
export type PasswordWrong = components['schemas']['PasswordWrong'];
export type PersonalData = components['schemas']['PersonalData'];
export type Problem = components['schemas']['Problem'];
export type RecentEnrollment = components['schemas']['RecentEnrollment'];
export type RecentEnrollmentPage = components['schemas']['RecentEnrollmentPage'];
export type Recipient = components['schemas']['Recipient'];
export type RecipientGone = components['schemas']['RecipientGone'];
export type RecipientId = components['schemas']['RecipientId'];
export type RecipientIdPage = components['schemas']['RecipientIdPage'];
export type RecipientNotFound = components['schemas']['RecipientNotFound'];
export type RefreshTokenInput = components['schemas']['RefreshTokenInput'];
export type RequestInvalid = components['schemas']['RequestInvalid'];
export type RoleInsufficient = components['schemas']['RoleInsufficient'];
export type ScopeInsufficient = components['schemas']['ScopeInsufficient'];
export type SenderNotAllowed = components['schemas']['SenderNotAllowed'];
export type ServerError = components['schemas']['ServerError'];
export type ServiceUnavailable = components['schemas']['ServiceUnavailable'];
export type Session = components['schemas']['Session'];
export type SessionEnded = components['schemas']['SessionEnded'];
export type SessionList = components['schemas']['SessionList'];
export type SessionNotFound = components['schemas']['SessionNotFound'];
export type SignedIn = components['schemas']['SignedIn'];
export type SignupInput = components['schemas']['SignupInput'];
export type Student = components['schemas']['Student'];
export type StudentGone = components['schemas']['StudentGone'];
export type StudentNotFound = components['schemas']['StudentNotFound'];
export type Subscriptions = components['schemas']['Subscriptions'];
export type Tenant = components['schemas']['Tenant'];
export type TenantForbidden = components['schemas']['TenantForbidden'];
export type TenantNotFound = components['schemas']['TenantNotFound'];
export type TenantSettingsInput = components['schemas']['TenantSettingsInput'];
export type TokenInvalid = components['schemas']['TokenInvalid'];
export type UnsubscriptionInput = components['schemas']['UnsubscriptionInput'];
export type User = components['schemas']['User'];
export type UserChange = components['schemas']['UserChange'];
export type UserChangePage = components['schemas']['UserChangePage'];
export type UserNotFound = components['schemas']['UserNotFound'];
export type UserPage = components['schemas']['UserPage'];
export type UserSettingsInput = components['schemas']['UserSettingsInput'];
export type VerificationNotNeeded = components['schemas']['VerificationNotNeeded'];
export type VerifiedAddress = components['schemas']['VerifiedAddress'];
export type ResponseRequestInvalid = components['responses']['RequestInvalid'];
export type ResponseCredentialsInvalid = components['responses']['CredentialsInvalid'];
export type ResponseBodyTooLarge = components['responses']['BodyTooLarge'];
export type ResponseMediaTypeUnsupported = components['responses']['MediaTypeUnsupported'];
export type ResponseAttemptsTooMany = components['responses']['AttemptsTooMany'];
export type ResponseServerError = components['responses']['ServerError'];
export type ResponseServiceUnavailable = components['responses']['ServiceUnavailable'];
export type ResponseClientInvalid = components['responses']['ClientInvalid'];
export type ResponseTenantForbidden = components['responses']['TenantForbidden'];
export type ResponseTokenInvalid = components['responses']['TokenInvalid'];
export type ResponseRoleInsufficient = components['responses']['RoleInsufficient'];
export type ResponseStudentNotFound = components['responses']['StudentNotFound'];
export type ResponseStudentGone = components['responses']['StudentGone'];
export type ResponseRoleInsufficientOrScopeInsufficient = components['responses']['RoleInsufficientOrScopeInsufficient'];
export type ResponseAccountMailNotFound = components['responses']['AccountMailNotFound'];
export type ResponseAccountMailEnded = components['responses']['AccountMailEnded'];
export type ResponseTenantNotFound = components['responses']['TenantNotFound'];
export type ResponseLinkInvalid = components['responses']['LinkInvalid'];
export type ResponseSessionEnded = components['responses']['SessionEnded'];
export type ResponseAccountDisabledOrOriginForbidden = components['responses']['AccountDisabledOrOriginForbidden'];
export type ResponseOriginForbidden = components['responses']['OriginForbidden'];
export type ResponseTokenInvalidOrAccountGone = components['responses']['TokenInvalidOrAccountGone'];
export type ResponseRoleInsufficientOrAccountDisabled = components['responses']['RoleInsufficientOrAccountDisabled'];
export type ResponseSessionNotFound = components['responses']['SessionNotFound'];
export type ResponseRoleInsufficientOrAccountDisabledOrPasswordWrong = components['responses']['RoleInsufficientOrAccountDisabledOrPasswordWrong'];
export type ResponseAccountChangedOrAccountLastAdmin = components['responses']['AccountChangedOrAccountLastAdmin'];
export type ResponseRoleInsufficientOrAccountUnverifiedOrAccountDisabledOrTenantForbidden = components['responses']['RoleInsufficientOrAccountUnverifiedOrAccountDisabledOrTenantForbidden'];
export type ResponseCourseNotFound = components['responses']['CourseNotFound'];
export type ResponseEnrollmentNotFound = components['responses']['EnrollmentNotFound'];
export type ResponseRoleInsufficientOrTenantForbidden = components['responses']['RoleInsufficientOrTenantForbidden'];
export type ResponseRecipientNotFound = components['responses']['RecipientNotFound'];
export type ResponseRecipientGone = components['responses']['RecipientGone'];
export type ResponseIfMatchStale = components['responses']['IfMatchStale'];
export type ResponseSenderNotAllowed = components['responses']['SenderNotAllowed'];
export type ResponseIfMatchMissing = components['responses']['IfMatchMissing'];
export type ResponseUserNotFound = components['responses']['UserNotFound'];
export type ResponseAccountOwn = components['responses']['AccountOwn'];
export type ResponseVerificationNotNeeded = components['responses']['VerificationNotNeeded'];
export type $defs = Record<string, never>;
export interface operations {
    signIn: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 from a browser: the refresh token comes and goes as a cookie, which scripts cannot read */
                "x-coursewire"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CredentialsInput"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description For a browser, which keeps it from scripts */
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedIn"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["CredentialsInvalid"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["MediaTypeUnsupported"];
            429: components["responses"]["AttemptsTooMany"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    issueServiceToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ClientCredentialsInput"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccessToken"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["ClientInvalid"];
            403: components["responses"]["TenantForbidden"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["MediaTypeUnsupported"];
            429: components["responses"]["AttemptsTooMany"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getKeySet: {
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
                    "application/json": components["schemas"]["KeySet"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getStudent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 1–128 characters, none of them a control character; not a dot segment */
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
                    "application/json": components["schemas"]["Student"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            404: components["responses"]["StudentNotFound"];
            410: components["responses"]["StudentGone"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getAccountMail: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                requestId: string;
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
                    "application/json": components["schemas"]["AccountMail"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficientOrScopeInsufficient"];
            404: components["responses"]["AccountMailNotFound"];
            410: components["responses"]["AccountMailEnded"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    signUp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignupInput"];
            };
        };
        responses: {
            /** @description The same whether the address is known or not */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            404: components["responses"]["TenantNotFound"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["MediaTypeUnsupported"];
            429: components["responses"]["AttemptsTooMany"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    verifyEmail: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LinkTokenInput"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VerifiedAddress"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            410: components["responses"]["LinkInvalid"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["MediaTypeUnsupported"];
            429: components["responses"]["AttemptsTooMany"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    refresh: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 from a browser: the refresh token comes and goes as a cookie, which scripts cannot read */
                "x-coursewire"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RefreshTokenInput"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description For a browser, which keeps it from scripts */
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedIn"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["SessionEnded"];
            403: components["responses"]["AccountDisabledOrOriginForbidden"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["MediaTypeUnsupported"];
            429: components["responses"]["AttemptsTooMany"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    signOut: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 from a browser: the refresh token comes and goes as a cookie, which scripts cannot read */
                "x-coursewire"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RefreshTokenInput"];
            };
        };
        responses: {
            /** @description Ended, or there was none */
            204: {
                headers: {
                    /** @description For a browser, which keeps it from scripts */
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["RequestInvalid"];
            403: components["responses"]["OriginForbidden"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["MediaTypeUnsupported"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listSessions: {
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
                    "application/json": components["schemas"]["SessionList"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalidOrAccountGone"];
            403: components["responses"]["RoleInsufficientOrAccountDisabled"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    endOtherSessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ended */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalidOrAccountGone"];
            403: components["responses"]["RoleInsufficientOrAccountDisabled"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["MediaTypeUnsupported"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    endSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                sessionId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ended */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalidOrAccountGone"];
            403: components["responses"]["RoleInsufficientOrAccountDisabled"];
            404: components["responses"]["SessionNotFound"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["MediaTypeUnsupported"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getMe: {
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
                    "application/json": components["schemas"]["Account"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalidOrAccountGone"];
            403: components["responses"]["RoleInsufficientOrAccountDisabled"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    eraseMe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ErasureInput"];
            };
        };
        responses: {
            /** @description Erased */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalidOrAccountGone"];
            403: components["responses"]["RoleInsufficientOrAccountDisabledOrPasswordWrong"];
            409: components["responses"]["AccountChangedOrAccountLastAdmin"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["MediaTypeUnsupported"];
            429: components["responses"]["AttemptsTooMany"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    updateMe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AccountChangesInput"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalidOrAccountGone"];
            403: components["responses"]["RoleInsufficientOrAccountDisabledOrPasswordWrong"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["MediaTypeUnsupported"];
            429: components["responses"]["AttemptsTooMany"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    changePassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordChangeInput"];
            };
        };
        responses: {
            /** @description Changed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalidOrAccountGone"];
            403: components["responses"]["RoleInsufficientOrAccountDisabledOrPasswordWrong"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["MediaTypeUnsupported"];
            429: components["responses"]["AttemptsTooMany"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    exportMe: {
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
                    "application/json": components["schemas"]["PersonalData"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalidOrAccountGone"];
            403: components["responses"]["RoleInsufficientOrAccountDisabled"];
            429: components["responses"]["AttemptsTooMany"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    requestPasswordReset: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordResetInput"];
            };
        };
        responses: {
            /** @description The same whether the address is known or not */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["MediaTypeUnsupported"];
            429: components["responses"]["AttemptsTooMany"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    confirmPasswordReset: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPasswordInput"];
            };
        };
        responses: {
            /** @description Changed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["RequestInvalid"];
            410: components["responses"]["LinkInvalid"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["MediaTypeUnsupported"];
            429: components["responses"]["AttemptsTooMany"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listEnrollments: {
        parameters: {
            query?: {
                /** @description Only the enrolment in this course */
                courseId?: string;
                /** @description The nextCursor of the page before */
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
                    "application/json": components["schemas"]["EnrollmentPage"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    enroll: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewEnrollmentInput"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Enrollment"];
                };
            };
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Enrollment"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalidOrAccountGone"];
            403: components["responses"]["RoleInsufficientOrAccountUnverifiedOrAccountDisabledOrTenantForbidden"];
            404: components["responses"]["CourseNotFound"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["MediaTypeUnsupported"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getEnrollment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 1–128 characters, none of them a control character; not a dot segment */
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
                    "application/json": components["schemas"]["Enrollment"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            404: components["responses"]["EnrollmentNotFound"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    leaveCourse: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 1–128 characters, none of them a control character; not a dot segment */
                courseId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LeavingInput"];
            };
        };
        responses: {
            /** @description Left */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            404: components["responses"]["EnrollmentNotFound"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["MediaTypeUnsupported"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    setProgress: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 1–128 characters, none of them a control character; not a dot segment */
                courseId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewProgressInput"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Enrollment"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            404: components["responses"]["EnrollmentNotFound"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["MediaTypeUnsupported"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listRecentEnrollments: {
        parameters: {
            query?: {
                /** @description Leaves out younger ones, whose events may be on their way */
                minAgeSeconds?: number;
                /** @description Leaves out older ones */
                maxAgeSeconds?: number;
                /** @description The nextCursor of the page before */
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
                    "application/json": components["schemas"]["RecentEnrollmentPage"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    assignCourses: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AssignmentInput"];
            };
        };
        responses: {
            /** @description Multi-Status */
            207: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Assignments"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficientOrTenantForbidden"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["MediaTypeUnsupported"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    subscribe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewSubscriptionsInput"];
            };
        };
        responses: {
            /** @description The same whether the address is known or not */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            404: components["responses"]["TenantNotFound"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["MediaTypeUnsupported"];
            429: components["responses"]["AttemptsTooMany"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    confirmSubscriptions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewsTokenInput"];
            };
        };
        responses: {
            /** @description Everything that the address has subscribed to */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Subscriptions"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            410: components["responses"]["LinkInvalid"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["MediaTypeUnsupported"];
            429: components["responses"]["AttemptsTooMany"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    unsubscribe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UnsubscriptionInput"];
            };
        };
        responses: {
            /** @description Ended */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["RequestInvalid"];
            410: components["responses"]["LinkInvalid"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["MediaTypeUnsupported"];
            429: components["responses"]["AttemptsTooMany"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listRecipients: {
        parameters: {
            query: {
                /** @description launch: a course for a target group; notice: a course that is followed; change: a version of one */
                kind: "launch" | "notice" | "change";
                /** @description 1–128 characters, none of them a control character; not a dot segment */
                courseId: string;
                /** @description The target groups of a launch */
                targetGroup?: string | string[];
                /** @description Leaves out students who have enrolled since then: the news is older than that */
                enrolledBefore?: string;
                /** @description The nextCursor of the page before */
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
                    "application/json": components["schemas"]["RecipientIdPage"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getRecipient: {
        parameters: {
            query: {
                /** @description launch: a course for a target group; notice: a course that is followed; change: a version of one */
                kind: "launch" | "notice" | "change";
                /** @description 1–128 characters, none of them a control character; not a dot segment */
                courseId: string;
            };
            header?: never;
            path: {
                /** @description 1–128 characters, none of them a control character; not a dot segment */
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
                    "application/json": components["schemas"]["Recipient"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            404: components["responses"]["RecipientNotFound"];
            410: components["responses"]["RecipientGone"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getTenant: {
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
                    /** @description Identifies this state for If-Match and If-None-Match */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tenant"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            404: components["responses"]["TenantNotFound"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    replaceTenant: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag of the state to change, or * */
                "if-match": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TenantSettingsInput"];
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
                    "application/json": components["schemas"]["Tenant"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            404: components["responses"]["TenantNotFound"];
            412: components["responses"]["IfMatchStale"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["MediaTypeUnsupported"];
            422: components["responses"]["SenderNotAllowed"];
            428: components["responses"]["IfMatchMissing"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getTenantById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 1–128 characters, none of them a control character; not a dot segment */
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
                    "application/json": components["schemas"]["Tenant"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            404: components["responses"]["TenantNotFound"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listUsers: {
        parameters: {
            query?: {
                /** @description The beginning of the name or of the mail address */
                q?: string;
                status?: "active" | "unverified" | "disabled" | "pending";
                role?: "student" | "editor" | "admin";
                /** @description The nextCursor of the page before */
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
                    "application/json": components["schemas"]["UserPage"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    changeUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 1–128 characters, none of them a control character; not a dot segment */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserSettingsInput"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            404: components["responses"]["UserNotFound"];
            409: components["responses"]["AccountOwn"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["MediaTypeUnsupported"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    resendVerification: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 1–128 characters, none of them a control character; not a dot segment */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The mail is on its way, and the link in the one before has ended */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            404: components["responses"]["UserNotFound"];
            409: components["responses"]["VerificationNotNeeded"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["MediaTypeUnsupported"];
            429: components["responses"]["AttemptsTooMany"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listUserChanges: {
        parameters: {
            query?: {
                /** @description The nextCursor of the page before */
                cursor?: string;
                /** @description How many at most */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description 1–128 characters, none of them a control character; not a dot segment */
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
                    "application/json": components["schemas"]["UserChangePage"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            404: components["responses"]["UserNotFound"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
}
