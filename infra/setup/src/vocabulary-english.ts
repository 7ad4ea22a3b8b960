import { type Vocabulary, words } from './vocabulary.ts'

export const english: Vocabulary = {
  fields: [
    {
      subjects: words(
        'Python, SQL, JavaScript, TypeScript, Go, web development, databases, data analysis, data protection, application security, machine learning, artificial intelligence, software testing, accessible websites, Linux, Git, computer networks, agile delivery, writing specifications, API design, event streaming, observability',
      ),
      places: words(
        'in small teams, in public services, in research, at universities, in healthcare, in online retail, in manufacturing, in finance, in large projects, in the cloud',
      ),
      audiences: ['beginners', 'career_changers', 'trainees', 'students', 'developers', 'product_owners', 'managers'],
      skills: words(
        'write requirements that can be tested, find mistakes early, store data safely, build tools of your own, read unfamiliar code, present results clearly, ship changes without fear, make sense of large data sets',
      ),
      stems: words('data, software, network, system, interface, security, user, model, server, query'),
    },
    {
      subjects: words(
        'spreadsheets, bookkeeping, payroll, value added tax, time management, business writing, taking minutes, project management, procurement, contract law, travel expenses, records and filing, presentations, budgeting, office communication, invoicing, cost accounting, year-end accounts',
      ),
      places: words(
        'in the office, from home, in public services, in charities, in the trades, in law firms, in family businesses, in medical practices',
      ),
      audiences: [
        'beginners',
        'career_changers',
        'trainees',
        'professionals',
        'self_employed',
        'small_businesses',
        'volunteers',
      ],
      skills: words(
        'sort receipts correctly, keep every deadline, show figures at a glance, prepare templates, estimate costs, simplify everyday processes, find documents quickly, understand what a contract says',
      ),
      stems: words('cost, invoice, project, schedule, contract, budget, staff, receipt, monthly, tax'),
    },
    {
      subjects: words(
        'difficult conversations, conflict resolution, leading remotely, delegation, feedback, facilitation, negotiation, hiring, team building, strategy, leading change, healthy leadership, decision making, setting goals, mentoring, diverse teams, public speaking',
      ),
      places: words(
        'in growing companies, in healthcare, in production, in distributed teams, in public services, in charities, in family businesses, in times of crisis',
      ),
      audiences: [
        'managers',
        'career_changers',
        'professionals',
        'self_employed',
        'product_owners',
        'volunteers',
        'small_businesses',
      ],
      skills: words(
        'prepare a difficult conversation, share out work fairly, make goals measurable, notice tension early, keep meetings short, give fair criticism, welcome new colleagues, explain your decisions',
      ),
      stems: words('team, leadership, conversation, goal, conflict, hiring, strategy, staff, development, meeting'),
    },
    {
      subjects: words(
        'fire safety, first aid, health and safety, load securing, hazardous substances, forklift trucks, noise protection, ladders and scaffolding, protective equipment, risk assessment, road safety, machine safety, explosion protection, evacuation, working at height, food safety',
      ),
      places: words(
        'on building sites, in the warehouse, in logistics, in workshops, in commercial kitchens, in the field, in laboratories, in chemical plants, in hospitals',
      ),
      audiences: [
        'beginners',
        'trainees',
        'professionals',
        'managers',
        'small_businesses',
        'volunteers',
        'career_changers',
      ],
      skills: words(
        'recognise hazards, stay calm in an emergency, report accidents, keep escape routes clear, document inspections, read regulations with confidence, instruct colleagues, choose the right protection',
      ),
      stems: words('fire, hazard, accident, warehouse, rescue, emergency, machine, noise, safety, escape'),
    },
    {
      subjects: words(
        'woodworking, welding, electrical installation, tiling, insulation, road construction, bricklaying, green roofs, heat pumps, solar power, decorating, furniture making, metalworking, technical drawing, quantity surveying, flooring, plastering',
      ),
      places: words(
        'in old houses, in new buildings, in small firms, in renovation, in listed buildings, on large sites, in public works',
      ),
      audiences: [
        'beginners',
        'career_changers',
        'trainees',
        'professionals',
        'self_employed',
        'private_individuals',
        'small_businesses',
      ],
      skills: words(
        'measure accurately, look after your tools, calculate materials, write a sound quotation, judge damage, read plans, make a joint that lasts, choose the right size',
      ),
      stems: words('site, timber, roof, heat, material, tool, insulation, facade, assembly, surface'),
    },
    {
      subjects: words(
        'wound care, preventing falls, understanding dementia, care records, nutrition in old age, palliative care, oral care, infant care, medicines, hand hygiene, safe lifting, talking with families, recognising emergencies, life story work, pain relief, living with diabetes',
      ),
      places: words(
        'in home care, in hospital, at home, in care homes, in day care, in rehabilitation, on night shifts, in hospices',
      ),
      audiences: ['caregivers', 'trainees', 'professionals', 'career_changers', 'private_individuals', 'volunteers'],
      skills: words(
        'observe changes attentively, give reasons for what you do, look after your own strength, involve families, document safely, judge complaints correctly, accompany people with dignity, choose suitable aids',
      ),
      stems: words('care, hygiene, medication, nutrition, wound, pain, mobility, support, patient, shift'),
    },
    {
      subjects: words(
        'growing vegetables, pruning fruit trees, herbs, mosses and lichens, composting, wild bees, balcony plants, beekeeping, soil science, nature photography, birdsong, harvesting rainwater, raised beds, roses, identifying mushrooms, wildlife gardening',
      ),
      places: words(
        'in the city, in the country, around the house, in spring, in autumn, at school, on the allotment, in dry summers',
      ),
      audiences: ['beginners', 'private_individuals', 'parents', 'teachers', 'volunteers', 'self_employed'],
      skills: words(
        'tell species apart, find the right moment, deal with pests naturally, improve the soil, save water, plan a year ahead, record what you see, make the most of little space',
      ),
      stems: words('garden, soil, planting, sowing, herb, pollinator, water, harvest, season, species'),
    },
    {
      subjects: words(
        'German, Spanish, French, Italian, Polish, Turkish, Ukrainian, Portuguese, Dutch, Arabic, Japanese, Danish, plain English, sign language, Welsh',
      ),
      places: words(
        'at work, for travel, in everyday life, on the phone, in healthcare, in restaurants, at university, with public offices',
      ),
      audiences: ['beginners', 'trainees', 'students', 'professionals', 'private_individuals', 'parents', 'volunteers'],
      skills: words(
        'hold simple conversations, ask the way, skim a text, pronounce clearly, write short messages, ask again on the phone, take mistakes lightly, keep your vocabulary alive',
      ),
      stems: words(
        'vocabulary, grammar, pronunciation, conversation, travel, exam, listening, writing, everyday, dialogue',
      ),
    },
    {
      subjects: words(
        'lesson planning, classroom management, teaching reading, teaching numeracy, media literacy, talking with parents, digital exercises, inclusion, designing exams, learning games, language support, project work, voice and posture, study skills, creative writing, science experiments',
      ),
      places: words(
        'in primary schools, in vocational schools, at universities, in nurseries, in adult education, in distance learning, in secondary schools, after school',
      ),
      audiences: ['teachers', 'parents', 'students', 'career_changers', 'volunteers', 'professionals'],
      skills: words(
        'vary your exercises, put learning goals into words, lead groups, give helpful feedback, meet disruption calmly, reuse your material, make progress visible, awaken curiosity',
      ),
      stems: words('lesson, learning, classroom, reading, exam, support, media, practice, parent, school'),
    },
    {
      subjects: words(
        'sales conversations, handling complaints, product knowledge, window displays, cash handling, stock keeping, online marketing, social media, search engines, pricing, customer loyalty, newsletters, sustainable packaging, cheese and wine, kitchen hygiene, starting an online shop',
      ),
      places: words(
        'in retail, in restaurants, in hotels, in wholesale, in farm shops, in online retail, at trade fairs, in bakeries, in tourism',
      ),
      audiences: [
        'beginners',
        'career_changers',
        'trainees',
        'professionals',
        'self_employed',
        'small_businesses',
        'managers',
      ],
      skills: words(
        'ask the right questions, turn complaints into praise, keep track of stock, take appealing photographs, justify your prices, rehearse routines, win regular guests, evaluate campaigns',
      ),
      stems: words('customer, sales, product, stock, price, campaign, order, hygiene, revenue, seasonal'),
    },
  ],
  audiences: {
    beginners: 'beginners',
    career_changers: 'career changers',
    trainees: 'trainees',
    students: 'students',
    professionals: 'working professionals',
    self_employed: 'the self-employed',
    managers: 'managers',
    teachers: 'teachers',
    parents: 'parents',
    private_individuals: 'private learners',
    volunteers: 'volunteers',
    developers: 'developers',
    product_owners: 'product owners',
    caregivers: 'caregivers',
    small_businesses: 'small businesses',
  },
  forWhom: 'for',
  kinds: words(
    'Introduction, Essentials, Practical course, Next steps, Advanced course, Short course, Workshop, Training, Refresher, Intensive course, Overview, Seminar, Masterclass, Weekend course, Online course, Exam preparation, Guided self-study, Taster course, Bootcamp',
  ),
  extras: [
    '',
    ...words(
      'with exercises, step by step, with a certificate, with case studies, for hands-on learners, with checklists, in plain words, in small groups, brought up to date, with a final test, at your own pace, with worked solutions, from scratch',
    ),
  ],
  heads: words(
    'plan, overview, inspection, examples, checklist, strategy, log, rules, report, sizes, selection, template, planning, errors, questions, workflow, groups, analysis, calendar, control, values, index, measures, register, training, form, statistics, draft, maintenance, record, folder, comparison, exercises, guideline, principles, diary, inventory, sketch, policy, archive, contest, glossary',
  ),
  joint: ' ',
  and: 'and',
  towns: words(
    'London, Dublin, Leeds, Bristol, Boston, Toronto, Sheffield, Norwich, Galway, Dundee, Swansea, Exeter, York, Durham, Portland, Halifax, Wellington, Hobart, Inverness, Kilkenny, Lancaster, Truro, Hereford, Lincoln, Perth, Aberystwyth, Ludlow, Whitby, Kendal, Oban, Sligo, Tralee, Duluth, Ithaca, Savannah, Boulder, Tacoma, Fremantle, Dunedin, Nelson, Moncton, Guelph, Stirling, Bangor, Penzance, Hexham, Skipton, Frome, Stroud, Totnes',
  ),
  sentences: {
    opening: [
      'This course is a friendly introduction to {subject}.',
      'Many people deal with {subject} every day, and few ever find the time to go into it thoroughly.',
      'Anyone who starts with {subject} soon faces a row of open questions; here they are answered one after the other.',
      'Would you like to feel confident about {subject} at last? Then you have come to the right place.',
      'What you need to know about {subject} fits into one well-structured course.',
      'From the first term to a solution of your own: this is {subject}, explained by real cases from everyday life.',
      'New rules, new tools, new expectations: a good deal has changed in {subject} over the years.',
      'No detours and no jargon: an easy way into {subject}.',
    ],
    audience: [
      'The course is made for {audience}.',
      'The course is meant for {audience} above all, and open to everyone.',
      'The course suits {audience} who want to apply at once what they have learned.',
      'The lessons were developed for {audience} and tried out together with them.',
      'This course is tailored to {audience} with little time.',
    ],
    skills: [
      'You will learn to {skill}, to {skill2} and to {skill3}.',
      'By the end you will be able to {skill} and to {skill2}.',
      'At its heart is the question of how to {skill}; you will also practise how to {skill2}.',
      'Step by step you practise how to {skill}, {skill2} and finally {skill3}.',
      'You take away what matters: how to {skill}, how to {skill2} and how to {skill3}.',
    ],
    terms: [
      'Among the topics are {terms}.',
      'There are chapters of their own on {terms}.',
      'The handouts include {terms}.',
      'The course also touches on {terms}.',
      'Keywords: {terms}.',
    ],
    format: [
      'Across {lessons} lessons, short videos, texts and exercises take turns.',
      'The {lessons} lessons take about twenty minutes each and can be scheduled freely.',
      'Each of the {lessons} lessons ends with a short test and detailed answers.',
      'The material is spread over {lessons} lessons that build on each other.',
      'Worksheets can be downloaded for all {lessons} lessons.',
    ],
    town: [
      'The examples come from a company in {town}.',
      'The course was developed together with a college in {town}.',
      'A visit to {town} shows how others do it.',
      'Twice a year there is a meeting in {town}.',
    ],
    before: [
      'No previous knowledge is needed.',
      'Some experience helps, but is not required.',
      'All you need is the will to try things out between lessons.',
      'If you know the basics already, skip the first two lessons.',
      'A computer with internet access is enough.',
    ],
    closing: [
      'After the final test you receive a certificate of attendance.',
      'Questions in the forum are answered within a few days.',
      'The material remains available after the course.',
      'What remains is more than knowledge: a finished solution for your own everyday life.',
      'Those who keep at it notice the difference within weeks.',
      'Enjoy learning and practising!',
    ],
  },
}
