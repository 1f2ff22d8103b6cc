// GraphiQL, for who signs in. Tokens and documents stay in memory.
const LOG_IN = "mutation($input: LogInInput!) { logIn(input: $input) { accessToken refreshToken user { role } } }";
const RENEW = "mutation($input: RenewAccessInput!) { renewAccess(input: $input) { accessToken refreshToken } }";
const LOG_OUT = "mutation { logOut }";
const form = document.getElementById("sign-in");
const problem = document.getElementById("problem");
const place = document.getElementById("graphiql");
const kept = new Map();
const storage = {
  getItem: (name) => kept.get(name) ?? null,
  setItem: (name, value) => kept.set(name, value),
  removeItem: (name) => kept.delete(name),
  clear: () => kept.clear(),
  get length() { return kept.size; },
};
let tokens = null;

async function post(request, headers = {}) {
  const authorization = tokens ? { Authorization: `Bearer ${tokens.accessToken}` } : {};
  const response = await fetch("/graphql", {
    method: "POST",
    headers: { ...headers, ...authorization, "Content-Type": "application/json" },
    body: JSON.stringify(request),
  });
  return { status: response.status, body: await response.json() };
}

async function ask(query, input) {
  const { body } = await post({ query, variables: input ? { input } : {} });
  if (body.errors) throw new Error(body.errors[0].message);
  return Object.values(body.data)[0];
}

async function fetcher(request, options) {
  let answer = await post(request, options?.headers);
  if (answer.status === 401 && tokens) {
    tokens = await ask(RENEW, { refreshToken: tokens.refreshToken });
    answer = await post(request, options?.headers);
  }
  return answer.body;
}

function show() {
  form.hidden = true;
  place.hidden = false;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  ReactDOM.createRoot(place).render(
    React.createElement(GraphiQL, { fetcher, storage, forcedTheme: dark ? "dark" : "light" }),
  );
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  problem.textContent = "";
  const { username, password } = form.elements;
  try {
    const { user, ...given } = await ask(LOG_IN, { username: username.value, password: password.value });
    tokens = given;
    if (form.dataset.roles.split(" ").includes(user.role)) {
      show();
    } else {
      await ask(LOG_OUT);
      tokens = null;
      problem.textContent = "This page is for bankers.";
    }
  } catch (error) {
    problem.textContent = error.message;
  }
  password.value = "";
});
